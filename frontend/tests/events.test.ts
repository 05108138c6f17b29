import { expect, test } from "vitest";
import { makeCache } from "@/app/cache";
import { knownMentions } from "@/features/mentions";
import { runAround } from "@/features/messages/model/contiguousRange";
import { keepNewer } from "@/features/messages/model/staleResponses";
import { unreadAbove } from "@/features/messages/model/unread";
import { hideParticipant } from "@/features/participants/cache";
import { knownThread } from "@/features/threads";
import { ChatsDocument, MessagesDocument, ReceiptsDocument, ViewerStateDocument } from "@/gql/receiver/graphql";
import { SentMessageFragmentDoc } from "@/gql/sender/graphql";
import { applyBatch } from "@/live/applyBatch";
import { FeedPositions } from "@/live/positions";
import { applier, batch, CHAT, ChatModel, ME } from "./chatModel";

/** The same sequence for the same seed. */
function dice(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

const receipt = (userId: string) => ({
  __typename: "Receipt",
  chatId: CHAT,
  userId,
  joinedNumber: 0,
  deliveredNumber: 0,
  readNumber: 0,
});

function client() {
  const cache = makeCache();
  const positions = new FeedPositions();
  const answer = (query: typeof ChatsDocument | typeof MessagesDocument, variables: object, data: object) => {
    const message = (id: string) =>
      cache.readFragment({
        id: `Message:{"id":"${id}"}`,
        fragment: SentMessageFragmentDoc,
        fragmentName: "SentMessage",
        returnPartialData: true,
      }) as never;
    const thread = (rootId: string) => knownThread(cache, rootId) as never;
    const mentions = (id: string) => knownMentions(cache, id);
    const fresh = keepNewer(structuredClone(data), { message, thread, mentions });
    cache.writeQuery({ query, variables, data: fresh } as never);
  };
  return {
    cache,
    positions,
    chats: (data: object) => answer(ChatsDocument, { first: 50 }, data),
    messages: (data: object) => answer(MessagesDocument, { chatId: CHAT, last: 50 }, data),
    viewerState: (data: object) =>
      cache.writeQuery({
        query: ViewerStateDocument,
        variables: { chatId: CHAT, fromNumber: 1, toNumber: 50 },
        data: structuredClone(data) as never,
      }),
    receipts: (users: readonly string[]) =>
      cache.writeQuery({
        query: ReceiptsDocument,
        variables: { chatId: CHAT },
        data: { chat: { __typename: "Chat", id: CHAT, receipts: users.map((userId) => receipt(userId)) } } as never,
      }),
    receiptOf: (userId: string) => cache.extract()[cache.identify({ __typename: "Receipt", chatId: CHAT, userId })!],
    apply: (events: readonly Record<string, unknown>[], over = {}) =>
      applyBatch(cache, positions, batch(events, over), applier),
    // biome-ignore lint/suspicious/noExplicitAny: the test looks beneath the fragments' masks
    chat: () => (cache.readQuery({ query: ChatsDocument, variables: { first: 50 } }) as any).chats.edges[0],
    loaded: () =>
      // biome-ignore lint/suspicious/noExplicitAny: the test looks beneath the fragments' masks
      (cache.readQuery({ query: MessagesDocument, variables: { chatId: CHAT } }) as any).messages.edges.map(
        (edge: { node: object }) => edge.node,
      ),
  };
}

type Client = ReturnType<typeof client>;

/** What the list shows of the last message. */
function lastOf(server: ChatModel) {
  const last = server.messages.at(-1);
  if (!last) return null;
  const { id, number, revision, senderId, content, editedAt, removedAt } = last;
  return { id, number, revision, senderId, content, editedAt, removedAt };
}

function expectSame(server: ChatModel, { chat, loaded }: Client, { withMessages = true } = {}): void {
  const { node, participant } = chat();
  expect(node).toMatchObject({
    name: server.name,
    participantCount: server.roles.size,
    messageCount: server.messages.length,
    lastMessage: lastOf(server),
  });
  expect(participant).toMatchObject({ lastReadNumber: server.marks.get(ME), role: server.roles.get(ME) });
  expect(unreadAbove(participant.lastReadNumber, node)).toBe(server.unread());
  const removed = new Set(node.removedNumbers);
  const above = (number: number) => number > participant.lastReadNumber && !removed.has(number);
  expect(node.mentionNumbers.filter(above)).toEqual(server.mentioned());
  const known = node.participants.edges.map((edge: { node: object }) => edge.node);
  const byUser = (a: { userId: string }, b: { userId: string }) => (a.userId < b.userId ? -1 : 1);
  const people = [...server.roles.keys()].map((id) => ({ userId: id, role: server.roles.get(id) }));
  expect(known.map(({ userId, role }: { userId: string; role: string }) => ({ userId, role })).sort(byUser)).toEqual(
    people.sort(byUser),
  );
  if (!withMessages) return;
  const messages = loaded();
  expect(messages).toEqual(server.messages.slice(-messages.length));
}

/** Somebody reacts, in some tone, or takes it back. */
function react(server: ChatModel, number: number, roll: (sides: number) => number): void {
  if (server.messages.length === 0) return;
  const [emoji, variant] = [
    ["👍", "👍🏽"],
    ["🎉", "🎉"],
  ][roll(2)] as [string, string];
  server.react(["ada", "ben", ME][roll(3)]!, number, emoji, [emoji, variant, null][roll(3)]!);
}

/** Somebody replies in the thread of a message that is no reply itself. */
function reply(server: ChatModel, number: number, roll: (sides: number) => number): void {
  if (server.messages[number - 1]?.threadRootId !== null) return;
  server.add(["ada", "ben", ME][roll(3)]!, `reply ${roll(1_000)}`, number);
}

/** A text that may mention somebody, the reader or everyone. */
const text = (word: string, roll: (sides: number) => number) =>
  `${["", "@me: ", "@all: ", "@ada and @me: "][roll(4)]}${word} ${roll(1_000)}`;

/** One random change. */
function change(server: ChatModel, roll: (sides: number) => number): void {
  const number = 1 + roll(Math.max(1, server.messages.length));
  const kinds = [
    () => server.add(["ada", "ben", ME][roll(3)]!, text("text", roll)),
    () => server.add("ada", text("text", roll)),
    () => server.messages.length > 0 && server.edit(number, text("edited", roll)),
    () => server.messages.length > 0 && server.remove(number),
    () => server.rename(`name ${roll(100)}`),
    () => server.join(["cleo", "dan"][roll(2)]!),
    () => server.leave(["cleo", "dan"][roll(2)]!),
    () => server.promote(["cleo", "ada"][roll(2)]!, ["ADMIN", "MEMBER"][roll(2)]!),
    () => react(server, number, roll),
    () => react(server, number, roll),
    () => reply(server, number, roll),
    () => reply(server, number, roll),
  ];
  kinds[roll(kinds.length)]!();
}

test("whatever is replayed or repeated, and however events are batched, the state is that of a fresh load", {
  timeout: 60_000,
}, () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const roll = dice(seed);
    const server = new ChatModel();
    for (let step = 0; step < 20; step += 1) change(server, roll);
    const own = client();
    own.chats(server.chats());
    own.messages(server.newest(10));
    let seen = server.events.length;
    own.positions.advance(CHAT, "snapshot", seen);
    for (let step = 0; step < 60; step += 1) {
      change(server, roll);
      if (roll(3) > 0) continue;
      // Sometimes from further back than where we are: a resume from an older position.
      const from = Math.max(0, seen - roll(6));
      own.apply(server.events.slice(from));
      seen = server.events.length;
      if (roll(2) === 0) own.apply(server.events.slice(Math.max(0, seen - 3)));
    }
    own.apply(server.events.slice(seen));
    expectSame(server, own);
  }
});

test("a page that was read before live events, and arrives after them, takes nothing back", { timeout: 60_000 }, () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const roll = dice(seed);
    const server = new ChatModel();
    for (let step = 0; step < 15; step += 1) server.add("ada", text("text", roll));
    const own = client();
    own.chats(server.chats());
    own.messages(server.newest(10));
    const late = structuredClone(server.newest(12));
    const seen = server.events.length;
    for (let step = 0; step < 12; step += 1) {
      const number = 1 + roll(server.messages.length);
      [
        () => server.add("ben", text("new", roll)),
        () => server.edit(number, text("edited", roll)),
        () => server.remove(number),
        () => reply(server, number, roll),
      ][roll(4)]!();
    }
    own.apply(server.events.slice(seen));
    own.messages(late);
    expectSame(server, own);
  }
});

test("a snapshot that already holds what the events tell changes nothing when they come", () => {
  const server = new ChatModel();
  for (let step = 0; step < 5; step += 1) server.add("ada", `text ${step}`);
  server.edit(2, "edited");
  for (const userId of ["ada", ME, "ben"]) server.react(userId, 3, "👍");
  server.react("ada", 3, "👍", null);
  const own = client();
  own.chats(server.chats());
  own.messages(server.newest(50));
  own.viewerState(server.viewerState(1, 50));
  // The cache also notes which entries were written by themselves; that is not state.
  const state = () => structuredClone({ ...own.cache.extract(), __META: undefined });
  const before = state();
  own.apply(server.events);
  expect(state()).toEqual(before);
  expectSame(server, own);
});

test("unread is what others wrote after the own mark, and own sends move the mark", () => {
  const server = new ChatModel();
  const own = client();
  own.chats(server.chats());
  server.add("ada", "one");
  server.add("ben", "two");
  own.apply(server.events);
  const unread = () => own.chat().node.messageCount - own.chat().participant.lastReadNumber;
  expect(unread()).toBe(2);
  server.add(ME, "three");
  own.apply(server.events.slice(2));
  expect(unread()).toBe(0);
});

test("receipts of others arrive as signals, never move back, and are forgotten of whoever hides them", () => {
  const server = new ChatModel();
  for (let step = 0; step < 4; step += 1) server.add(ME, "text");
  const own = client();
  own.chats(server.chats());
  own.receipts(["ada"]);
  const tell = (deliveredNumber: number, readNumber: number | null) =>
    own.apply([], {
      signals: [{ __typename: "ReceiptChanged", chatId: CHAT, userId: "ada", deliveredNumber, readNumber }],
    });
  tell(4, 3);
  tell(3, 2);
  expect(own.receiptOf("ada")).toMatchObject({ deliveredNumber: 4, readNumber: 3 });
  tell(4, null);
  expect(own.receiptOf("ada")).toMatchObject({ deliveredNumber: 4, readNumber: null });
  // Who hides it does not tell it by writing, either.
  server.add("ada", "text");
  own.apply(server.events);
  expect(own.receiptOf("ada")).toMatchObject({ deliveredNumber: 5, readNumber: null });
  tell(5, 5);
  server.add("ada", "text");
  own.apply(server.events);
  expect(own.receiptOf("ada")).toMatchObject({ deliveredNumber: 6, readNumber: 6 });
});

test("someone whom the reader removes is counted once, by the event, however the answer and the event race", () => {
  for (const answerFirst of [true, false]) {
    const server = new ChatModel();
    const own = client();
    own.chats(server.chats());
    server.leave("ada");
    if (answerFirst) hideParticipant(own.cache, CHAT, "ada");
    own.apply(server.events);
    if (!answerFirst) hideParticipant(own.cache, CHAT, "ada");
    expectSame(server, own, { withMessages: false });
  }
});

test("a position moves only when its events are applied", () => {
  const server = new ChatModel();
  const own = client();
  own.chats(server.chats());
  own.positions.begin(CHAT, "snapshot");
  server.add("ada", "one");
  const broken = { ...server.events[0], message: null };
  expect(() => own.apply([broken])).toThrow();
  expect(own.positions.cursors()).toEqual(["snapshot"]);
  own.apply(server.events);
  expect(own.positions.cursors()).toEqual(["chat 1"]);
});

test("leaving takes the chat out of the list, and its feed out of what is resumed", () => {
  const server = new ChatModel();
  const own = client();
  own.chats(server.chats());
  own.positions.begin(CHAT, "snapshot");
  const left = { __typename: "ChatLeft", id: "event", seq: 1, actorId: ME, chatId: CHAT };
  own.apply([left], { feedId: ME, cursor: "own 1" });
  expect(own.chat()).toBeUndefined();
  expect(own.positions.cursors()).toEqual(["own 1"]);
});

test("what is shown is the stretch without a hole around one place", () => {
  const numbers = [1, 2, 3, 7, 8, 12, 13, 14].map((number) => ({ number }));
  const shown = (anchor?: number) => runAround(numbers, anchor).map(({ number }) => number);
  expect(shown()).toEqual([12, 13, 14]);
  expect(shown(8)).toEqual([7, 8]);
  expect(shown(1)).toEqual([1, 2, 3]);
  expect(runAround([])).toEqual([]);
});
