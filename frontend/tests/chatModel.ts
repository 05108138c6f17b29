import { Store } from "@/api/store";
import { liveHandlers } from "@/app/features";
import { OwnThreads } from "@/features/threads/model/ownThreads";
import { TypingNames } from "@/features/typing/model/typingNames";
import type { Applier } from "@/live/applyBatch";

/** A chat as a service would have it: changes it, tells events of each change, and answers queries as of now. */
export const ME = "me";
export const CHAT = "chat";

type Json = Record<string, unknown>;

const person = (id: string) => ({ __typename: "User", id, username: id, displayName: id.toUpperCase() });
const at = (tick: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, tick)).toISOString();

/** Whom a text mentions: as much of the services' rules as these tests need. */
export function mentionsIn(text: string): { mentions: Json[]; mentionsAll: boolean } {
  const mentions = [...text.matchAll(/@(me|ada|ben)\b/g)].map(({ 0: name, 1: userId = "", index }) => ({
    __typename: "Mention",
    userId,
    start: index,
    length: name.length,
    user: person(userId),
  }));
  return { mentions, mentionsAll: /@all\b/.test(text) };
}

interface Group extends Json {
  emoji: string;
  count: number;
  position: number;
}

export interface Message extends Json {
  id: string;
  number: number;
  revision: number;
  content: string | null;
  senderId: string;
  createdAt: string;
  threadRootId: string | null;
  threadOrdinal: number | null;
  thread: Json | null;
  reactionGroups: Group[];
  mentions: Json[];
  mentionsAll: boolean;
}

export class ChatModel {
  readonly messages: Message[] = [];
  readonly marks = new Map([
    [ME, 0],
    ["ada", 0],
    ["ben", 0],
  ]);
  /** Who reacted to which message with what: `number emoji user` and the tone. */
  readonly reactions = new Map<string, string>();
  readonly roles = new Map([
    [ME, "OWNER"],
    ["ada", "MEMBER"],
    ["ben", "MEMBER"],
  ]);
  /** Who follows which thread, and how far they have read there: `root user`. */
  readonly follows = new Map<string, number>();
  readonly #left = new Map<string, number>();
  name = "a chat";
  readonly settings = {
    __typename: "ChatSettings",
    chatId: CHAT,
    pinnedAt: null as string | null,
    mutedUntil: null as string | null,
    archivedUpTo: null as number | null,
    unreadFrom: null as number | null,
    notificationLevel: "ALL",
  };
  /** Every event so far: `events[n]` has the seq n + 1. */
  readonly events: Json[] = [];

  /** Adds a message; in the thread of another one, if its number is given. */
  add(senderId: string, content: string, inThreadOf?: number): void {
    const number = this.messages.length + 1;
    const message: Message = {
      __typename: "Message",
      id: `message ${number}`,
      chatId: CHAT,
      number,
      revision: 1,
      senderId,
      senderUsername: senderId,
      content,
      createdAt: at(number),
      editedAt: null,
      removedAt: null,
      sender: { __typename: "User", id: senderId, displayName: senderId.toUpperCase() },
      replyTo: null,
      ...mentionsIn(content),
      threadRootId: null,
      threadOrdinal: null,
      thread: null,
      reactionGroups: [],
    };
    this.messages.push(message);
    if (inThreadOf === undefined) this.marks.set(senderId, number);
    else this.#reply(message, inThreadOf);
    // Events tell of a thread by its replies.
    const { thread: _, ...told } = this.messages.at(-1)!;
    this.#tell("MessageAdded", { message: told }, senderId);
  }

  #reply(message: Message, rootNumber: number): void {
    const root = this.messages[rootNumber - 1]!;
    const ordinal = this.repliesTo(rootNumber).length + 1;
    Object.assign(message, { threadRootId: root.id, threadOrdinal: ordinal });
    const before = (root.thread?.lastUserIds ?? []) as string[];
    root.thread = {
      __typename: "Thread",
      rootId: root.id,
      chatId: CHAT,
      replyCount: ordinal,
      lastNumber: message.number,
      lastReplyAt: message.createdAt,
      lastUserIds: [message.senderId, ...before.filter((id) => id !== message.senderId)].slice(0, 5),
      lastUsers: [],
    };
    // Who writes follows it, and who started it does from the first reply on.
    if (ordinal === 1 && root.senderId !== message.senderId) this.follows.set(`${root.id} ${root.senderId}`, 0);
    this.follows.set(`${root.id} ${message.senderId}`, message.number);
  }

  repliesTo(rootNumber: number): Message[] {
    const root = this.messages[rootNumber - 1]!;
    return this.messages.filter(({ threadRootId }) => threadRootId === root.id);
  }

  /** How many replies the reader has left to read: those of others above their marks that have not been removed. */
  unreadReplies(rootNumber: number): number {
    const mark = this.follows.get(`${this.messages[rootNumber - 1]!.id} ${ME}`);
    if (mark === undefined) return 0;
    const read = Math.max(mark, this.marks.get(ME) ?? 0);
    return this.repliesTo(rootNumber).filter(({ number, removedAt }) => number > read && !removedAt).length;
  }

  /** The numbers of the messages of others above the reader's mark that mention the reader. */
  mentioned(): number[] {
    const isMention = ({ senderId, mentions, mentionsAll }: Message) =>
      senderId !== ME && (mentionsAll || mentions.some(({ userId }) => userId === ME));
    const mark = this.marks.get(ME) ?? 0;
    return this.messages.filter((one) => one.number > mark && isMention(one)).map(({ number }) => number);
  }

  /** How much the reader has left to read in the chat. */
  unread(): number {
    const mark = this.marks.get(ME) ?? 0;
    const isOwnReply = ({ senderId, threadRootId }: Message) => senderId === ME && threadRootId !== null;
    return this.messages.filter((one) => one.number > mark && !one.removedAt && !isOwnReply(one)).length;
  }

  /** The answer to the query for the threads that the reader follows. */
  followedThreads(): Json {
    const followed = this.messages.filter(({ id, thread }) => thread && this.follows.has(`${id} ${ME}`));
    const edges = followed.map(({ id, number, thread }) => ({
      __typename: "FollowedThreadEdge",
      node: {
        __typename: "FollowedThread",
        thread,
        lastReadNumber: this.follows.get(`${id} ${ME}`),
        unreadCount: this.unreadReplies(number),
      },
    }));
    const pageInfo = { __typename: "PageInfo", hasNextPage: false, endCursor: null };
    return { followedThreads: { __typename: "FollowedThreadConnection", edges, pageInfo } };
  }

  /** The answer to the query for the last replies of a thread. */
  newestReplies(rootNumber: number, last: number): Json {
    const { thread } = this.messages[rootNumber - 1]!;
    const edges = this.repliesTo(rootNumber)
      .slice(-last)
      .map((message) => edge("Message", message));
    return { thread: thread && { ...thread, replies: { __typename: "MessageConnection", edges } } };
  }

  /** The reader reads the chat up to a message, on another device. */
  readUpTo(number: number): void {
    this.marks.set(ME, Math.max(number, this.marks.get(ME) ?? 0));
    this.#tell("ReadMarkMoved", { chatId: CHAT, lastReadNumber: this.marks.get(ME) }, ME);
  }

  /** The reader reads a thread up to a message, or begins or ends following it, on another device. */
  follow(rootNumber: number, following: boolean, number = 0): void {
    const { id: rootId } = this.messages[rootNumber - 1]!;
    const key = `${rootId} ${ME}`;
    const lastReadNumber = Math.max(number, this.follows.get(key) ?? this.#left.get(rootId) ?? 0);
    if (following) this.follows.set(key, lastReadNumber);
    else {
      this.follows.delete(key);
      this.#left.set(rootId, lastReadNumber);
    }
    this.#tell("ThreadFollowChanged", { chatId: CHAT, rootId, following, lastReadNumber }, ME);
  }

  /** What the reader has set for the chat, on another device. */
  set(settings: Partial<ChatModel["settings"]>): void {
    Object.assign(this.settings, settings);
    this.#tell("ChatSettingsChanged", { settings: this.settings }, ME);
  }

  edit(number: number, content: string): void {
    this.#change(number, { content, editedAt: at(number), ...mentionsIn(content) }, "MessageUpdated");
  }

  remove(number: number): void {
    for (const key of this.reactions.keys()) if (key.startsWith(`${number} `)) this.reactions.delete(key);
    this.#change(
      number,
      { content: null, removedAt: at(number), reactionGroups: [], ...mentionsIn("") },
      "MessageRemoved",
    );
  }

  /** Somebody reacts to a message, or takes that back. Tells nothing where it is so already. */
  react(userId: string, number: number, emoji: string, variant: string | null = emoji): void {
    const key = `${number} ${emoji} ${userId}`;
    const before = this.reactions.get(key) ?? null;
    const message = this.messages[number - 1]!;
    if (before === variant || message.removedAt) return;
    if (variant === null) this.reactions.delete(key);
    else this.reactions.set(key, variant);
    const count = [...this.reactions.keys()].filter((other) => other.startsWith(`${number} ${emoji} `)).length;
    const last = Math.max(0, ...message.reactionGroups.map(({ position }) => position));
    const position = message.reactionGroups.find((other) => other.emoji === emoji)?.position ?? last + 1;
    const group: Group = { __typename: "ReactionGroup", emoji, count, position };
    const others = message.reactionGroups.filter((other) => other.emoji !== emoji);
    const groups = count > 0 ? [...others, group].sort((a, b) => a.position - b.position) : others;
    this.messages[number - 1] = { ...message, reactionGroups: groups };
    const told = { chatId: CHAT, messageId: message.id, variant: variant ?? before, added: variant !== null };
    this.#tell("ReactionChanged", { ...told, reactionGroup: group }, userId);
  }

  /** The answer to the query for the reader's own reactions. */
  viewerState(fromNumber: number, toNumber: number): Json {
    const own = [...this.reactions].flatMap(([key, variant]) => {
      const [number, emoji, userId] = key.split(" ");
      if (userId !== ME || Number(number) < fromNumber || Number(number) > toNumber) return [];
      return [{ __typename: "ViewerReaction", messageId: `message ${number}`, emoji, variant }];
    });
    return { viewerState: { __typename: "ViewerState", reactions: own } };
  }

  rename(name: string): void {
    this.name = name;
    this.#tell("ChatUpdated", { chat: this.#facts() });
  }

  join(userId: string): void {
    if (this.roles.has(userId)) return;
    this.roles.set(userId, "MEMBER");
    this.marks.set(userId, 0);
    this.#tell("ParticipantsAdded", { participants: [this.participant(userId)] });
  }

  leave(userId: string): void {
    if (!this.roles.delete(userId)) return;
    this.marks.delete(userId);
    this.#tell("ParticipantRemoved", { chatId: CHAT, userId });
  }

  promote(userId: string, role: string): void {
    if (!this.roles.has(userId)) return;
    this.roles.set(userId, role);
    this.#tell("ParticipantRoleChanged", { chatId: CHAT, userId, role });
  }

  participant(userId: string): Json {
    return {
      __typename: "Participant",
      chatId: CHAT,
      userId,
      role: this.roles.get(userId),
      lastReadNumber: this.marks.get(userId),
      joinedNumber: 0,
      joinedAt: at(0),
      user: person(userId),
    };
  }

  /** The answer to the query for the list of chats. */
  chats(): Json {
    const participants = [...this.roles.keys()].map((id) => edge("Participant", this.participant(id)));
    return {
      chats: {
        __typename: "ChatConnection",
        feedCursor: "own 0",
        edges: [
          {
            __typename: "ChatEdge",
            cursor: "c",
            participant: this.participant(ME),
            node: {
              ...this.#facts(),
              feedCursor: `chat ${this.events.length}`,
              settings: { ...this.settings },
              removedNumbers: this.messages
                .filter(({ number, removedAt }) => removedAt && number > (this.marks.get(ME) ?? 0))
                .map(({ number }) => number),
              ownReplyNumbers: this.messages
                .filter((one) => one.senderId === ME && one.threadRootId && one.number > (this.marks.get(ME) ?? 0))
                .map(({ number }) => number),
              mentionNumbers: this.mentioned(),
              lastMessage: this.messages.at(-1) ?? null,
              participants: { __typename: "ParticipantConnection", edges: participants },
            },
          },
        ],
        pageInfo: { __typename: "PageInfo", hasNextPage: false, endCursor: null },
      },
    };
  }

  /** The answer to the query for the newest messages. */
  newest(last: number): Json {
    const edges = this.messages.slice(-last).map((message) => edge("Message", message));
    return { messages: { __typename: "MessageConnection", edges } };
  }

  #facts(): Json {
    return {
      __typename: "Chat",
      id: CHAT,
      kind: "GROUP",
      name: this.name,
      description: "",
      reactionsAllowed: true,
      threadsAllowed: true,
      participantCount: this.roles.size,
      maxReceiptParticipants: 50,
      messageCount: this.messages.length,
      lastMessageAt: this.messages.at(-1)?.createdAt ?? null,
      createdAt: at(0),
      createdBy: ME,
    };
  }

  #change(number: number, fields: Json, kind: string): void {
    const index = number - 1;
    const before = this.messages[index]!;
    if (before.removedAt) return;
    const message = { ...before, ...fields, revision: before.revision + 1 };
    this.messages[index] = message;
    const { thread: _, ...told } = message;
    this.#tell(kind, { message: told });
  }

  #tell(kind: string, fields: Json, actorId = "ada"): void {
    const seq = this.events.length + 1;
    this.events.push({ __typename: kind, id: `event ${seq}`, seq, actorId, ...structuredClone(fields) });
  }
}

function edge(kind: string, node: Json): Json {
  return { __typename: `${kind}Edge`, cursor: `at ${String(node.id ?? node.userId)}`, node };
}

/** A batch as the subscription delivers it. */
export function batch(events: readonly Json[], over: Json = {}): never {
  const seq = events.at(-1)?.seq ?? 0;
  const whole = { feedId: CHAT, cursor: `chat ${seq}`, caughtUp: true, reset: null, signals: [], events, ...over };
  return structuredClone(whole) as never;
}

/** Batches are applied for `ME`, by the handlers of all features. */
export const applier: Applier = {
  me: ME,
  handlers: liveHandlers,
  services: {
    typing: new TypingNames(),
    incoming: new Store<unknown>(undefined),
    threads: noThreads(),
  } as unknown as Applier["services"],
};

/** For tests that do not ask what is left to read in threads. */
export function noThreads(): OwnThreads {
  const load = () => new Promise<never>(() => {});
  return new OwnThreads({ me: ME, load, authorOf: () => "nobody", chatMark: () => 0 });
}
