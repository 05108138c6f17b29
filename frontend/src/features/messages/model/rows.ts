import type { CachedMessageFragment } from "@/gql/receiver/graphql";
import { dayKey, minuteKey } from "@/strings/time";
import type { OutboxEntry, UnsentEdit, UnsentMessage } from "./outboxEntry";

/** One row of a conversation. Keys are stable: a message keeps its key from sending to its last edit. */
export type Row =
  | { kind: "beginning"; key: string }
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | {
      kind: "message";
      key: string;
      message: CachedMessageFragment;
      own: boolean;
      number: number;
      first: boolean;
      last: boolean;
    }
  /** In a chat: that somebody has replied in a thread. */
  | { kind: "reply"; key: string; message: CachedMessageFragment; own: boolean; number: number }
  /** In a chat, in the place of a stretch of replies that are hidden, or above it where it is open. */
  | { kind: "fold"; key: string; number: number; replies: readonly string[]; open: boolean }
  /** In a thread: what follows are the replies. */
  | { kind: "replies"; key: string }
  /** In a chat: a reply in a thread on its way. */
  | { kind: "unsentReply"; key: string; unsent: UnsentMessage }
  | { kind: "unsent"; key: string; unsent: UnsentMessage; first: boolean }
  | { kind: "edit"; key: string; edit: UnsentEdit };

interface Conversation {
  /** Without holes, in order. */
  messages: readonly CachedMessageFragment[];
  /** Of the replies of a thread, what they answer. */
  root?: CachedMessageFragment | undefined;
  /** What the reader has said here and no service has acknowledged. */
  unsent: readonly OutboxEntry[];
  /** The own read mark when the conversation was opened: what is above it is new. */
  readUpTo: number;
  me: string;
}

/**
 * Messages with day separators and the line above what is new, grouped by sender and minute. Replies in a thread stand at
 * their place in the chat, in short; in the thread they are messages like any other, below what they answer.
 *
 * What is above the first message is not known until it is loaded, so nothing is said about it: no day and no name.
 * Older messages then only add rows at the start, and what someone reads does not move by a pixel.
 */
export function rowsOf({ messages, root, unsent, readUpTo, me }: Conversation): Row[] {
  const rows = beginningOf(messages, root, unsent, me);
  const isBeginning = rows.length > 0;
  const edits = editsIn(unsent);
  const isBrief = (message: CachedMessageFragment) => !root && message.threadRootId != null;
  const isHere = (entry: OutboxEntry) => entry.kind === "message" && entry.threadRootId === root?.id;
  // Who has answered has seen what was new above it.
  const answered = messages.findLast((message) => message.senderId === me && !isBrief(message))?.number ?? 0;
  let newLine = unsent.some((entry) => isHere(entry) && !entry.failure) || answered > readUpTo;
  messages.forEach((message, index) => {
    const previous = messages[index - 1];
    const before = previous ?? (isBeginning ? root : undefined);
    const after = messages[index + 1];
    if (before ? dayKey(before.createdAt) !== dayKey(message.createdAt) : isBeginning) {
      rows.push({ kind: "day", key: `day ${dayKey(message.createdAt)}`, at: message.createdAt });
    }
    const own = message.senderId === me;
    const startsNew = !newLine && message.number > readUpTo && !own;
    if (startsNew) {
      newLine = true;
      rows.push({ kind: "new", key: "new" });
    }
    const { id: key, number } = message;
    const intended = asIntended(message, unsent);
    if (isBrief(message)) {
      rows.push({ kind: "reply", key, message: intended, own, number });
      return;
    }
    const first = startsNew || (previous ? isBrief(previous) || !together(previous, message) : isBeginning);
    const last = !after || isBrief(after) || !together(message, after);
    rows.push({ kind: "message", key, message: intended, own, number, first, last });
    const edit = edits.get(key);
    if (edit) rows.push({ kind: "edit", key: `edit ${key}`, edit });
  });
  return [...rows, ...unsentRows(messages, root, unsent, me)];
}

/** What stands above the first message, where that is there: in a thread, what it answers. */
function beginningOf(
  messages: readonly CachedMessageFragment[],
  root: CachedMessageFragment | undefined,
  unsent: readonly OutboxEntry[],
  me: string,
): Row[] {
  const [first] = messages;
  if (first && (root ? first.threadOrdinal : first.number) !== 1) return [];
  if (!root) return [{ kind: "beginning", key: "beginning" }];
  const { id: key, number, createdAt } = root;
  const own = root.senderId === me;
  const edit = editsIn(unsent).get(key);
  return [
    { kind: "day", key: `day ${dayKey(createdAt)}`, at: createdAt },
    { kind: "message", key, message: asIntended(root, unsent), own, number, first: true, last: true },
    ...(edit ? [{ kind: "edit" as const, key: `edit ${key}`, edit }] : []),
    { kind: "replies", key: "replies" },
  ];
}

const editsIn = (unsent: readonly OutboxEntry[]): ReadonlyMap<string, UnsentEdit> =>
  new Map(unsent.flatMap((entry) => (entry.kind === "edit" ? [[entry.id, entry]] : [])));

/** What is on its way: in a chat also what goes to its threads, in short. */
function unsentRows(
  messages: readonly CachedMessageFragment[],
  root: CachedMessageFragment | undefined,
  unsent: readonly OutboxEntry[],
  me: string,
): Row[] {
  const sent = new Set(messages.map((message) => message.id));
  const last = messages.at(-1);
  let previous = last?.senderId === me && (root !== undefined || last.threadRootId == null);
  const rows: Row[] = [];
  for (const entry of unsent) {
    if (entry.kind !== "message" || sent.has(entry.id)) continue;
    if (entry.threadRootId === root?.id) {
      rows.push({ kind: "unsent", key: entry.id, unsent: entry, first: !previous });
      previous = true;
    } else if (!root) {
      rows.push({ kind: "unsentReply", key: entry.id, unsent: entry });
      previous = false;
    }
  }
  return rows;
}

/** A message as its author, or whoever removes it, means it to be: shown before a service has acknowledged it. */
export function asIntended<
  M extends Pick<CachedMessageFragment, "id" | "content" | "createdAt" | "editedAt" | "removedAt">,
>(message: M, unsent: readonly OutboxEntry[]): M {
  let intended = message;
  for (const entry of unsent) {
    if (entry.id !== message.id || message.removedAt || (entry.kind === "removal" && entry.failure)) continue;
    if (entry.kind === "removal") return { ...message, content: null, removedAt: message.createdAt };
    if (entry.kind === "edit")
      intended = { ...message, content: entry.content, editedAt: message.editedAt ?? message.createdAt };
  }
  return intended;
}

/** Whether there is nothing yet but the beginning. */
export function isEmpty(rows: readonly Row[]): boolean {
  return rows.length === 1 && rows[0]?.kind === "beginning";
}

function together(a: CachedMessageFragment, b: CachedMessageFragment): boolean {
  return a.senderId === b.senderId && minuteKey(a.createdAt) === minuteKey(b.createdAt);
}
