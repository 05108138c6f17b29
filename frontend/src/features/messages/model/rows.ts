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
  | { kind: "unsent"; key: string; unsent: UnsentMessage; first: boolean }
  | { kind: "edit"; key: string; edit: UnsentEdit };

interface Conversation {
  /** Without holes, in order. */
  messages: readonly CachedMessageFragment[];
  /** What the reader has said here and no service has acknowledged. */
  unsent: readonly OutboxEntry[];
  /** The own read mark when the conversation was opened: what is above it is new. */
  readUpTo: number;
  me: string;
}

/**
 * Messages with day separators and the line above what is new, grouped by sender and minute.
 *
 * What is above the first message is not known until it is loaded, so nothing is said about it: no day and no name.
 * Older messages then only add rows at the start, and what someone reads does not move by a pixel.
 */
export function rowsOf({ messages, unsent, readUpTo, me }: Conversation): Row[] {
  const rows: Row[] = [];
  if (messages[0]?.number === 1 || messages.length === 0) rows.push({ kind: "beginning", key: "beginning" });
  const edits = new Map(unsent.flatMap((entry) => (entry.kind === "edit" ? [[entry.id, entry]] : [])));
  // Who has answered has seen what was new above it.
  const answered = messages.findLast((message) => message.senderId === me)?.number ?? 0;
  let newLine = unsent.some((entry) => entry.kind === "message" && !entry.failure) || answered > readUpTo;
  messages.forEach((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const unknownBefore = !before && message.number > 1;
    if (before ? dayKey(before.createdAt) !== dayKey(message.createdAt) : !unknownBefore) {
      rows.push({ kind: "day", key: `day ${dayKey(message.createdAt)}`, at: message.createdAt });
    }
    const startsNew = !newLine && message.number > readUpTo && message.senderId !== me;
    if (startsNew) {
      newLine = true;
      rows.push({ kind: "new", key: "new" });
    }
    rows.push({
      kind: "message",
      key: message.id,
      message: asIntended(message, unsent),
      own: message.senderId === me,
      number: message.number,
      first: startsNew || (before ? !together(before, message) : !unknownBefore),
      last: !after || !together(message, after),
    });
    const edit = edits.get(message.id);
    if (edit) rows.push({ kind: "edit", key: `edit ${message.id}`, edit });
  });
  const sent = new Set(messages.map((message) => message.id));
  let previous = messages.at(-1)?.senderId === me;
  for (const message of unsent) {
    if (message.kind !== "message" || sent.has(message.id)) continue;
    rows.push({ kind: "unsent", key: message.id, unsent: message, first: !previous });
    previous = true;
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
