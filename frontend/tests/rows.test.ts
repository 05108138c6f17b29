import { expect, test } from "vitest";
import { rowsOf } from "@/features/messages/model/rows";
import type { CachedMessageFragment } from "@/gql/receiver/graphql";
import { ChatModel, ME } from "./chatModel";

function talk(): CachedMessageFragment[] {
  const model = new ChatModel();
  for (let index = 0; index < 150; index += 1) model.add(["ada", "ada", "ben", ME][index % 4]!, `text ${index}`);
  // Over several days, so that separators fall between pages too.
  return model.messages.map((message, index) => ({
    ...message,
    createdAt: new Date(Date.UTC(2026, 0, 1, 12, index * 20)).toISOString(),
  })) as unknown as CachedMessageFragment[];
}
const base = { unsent: [], readUpTo: Number.POSITIVE_INFINITY, me: ME };

test("older messages only add rows at the start: none that was there changes or moves", () => {
  const messages = talk();
  for (let from = 1; from < messages.length; from += 7) {
    const before = rowsOf({ ...base, messages: messages.slice(from) });
    const after = rowsOf({ ...base, messages: messages.slice(Math.max(0, from - 50)) });
    // The first known message learns from what is above it whether it begins a group; its row stays the same one.
    const tail = after.slice(-before.length);
    expect(tail.map((row) => row.key)).toEqual(before.map((row) => row.key));
    expect(tail.slice(1)).toEqual(before.slice(1));
  }
});

test("the beginning of a chat, each day once, and the line above what is new once", () => {
  const messages = talk().filter((message) => message.number <= 100 || message.senderId !== ME);
  const rows = rowsOf({ ...base, messages, readUpTo: 100 });
  const keys = rows.map((row) => row.key);
  expect(rows[0]?.kind).toBe("beginning");
  expect(new Set(keys).size).toBe(keys.length);
  expect(rows.filter((row) => row.kind === "day").length).toBeGreaterThan(1);
  expect(rows.filter((row) => row.kind === "new").length).toBe(1);
});

test("F37: nothing is marked as new above what one has answered, sent already or still on its way", () => {
  const messages = talk();
  const isNew = (rows: ReturnType<typeof rowsOf>) => rows.some((row) => row.kind === "new");
  const lastOwn = messages.findLast((message) => message.senderId === ME)!.number;
  expect(isNew(rowsOf({ ...base, messages, readUpTo: lastOwn - 3 }))).toBe(false);
  expect(isNew(rowsOf({ ...base, messages, readUpTo: lastOwn }))).toBe(lastOwn < messages.length);
  const unread = messages.slice(0, lastOwn + 2);
  const text = { content: "text", replyToId: null, createdAt: "2026-01-03T00:00:00Z" };
  const unsent = { kind: "message" as const, place: 1, id: "1", chatId: "chat", ...text };
  expect(isNew(rowsOf({ ...base, messages: unread, readUpTo: lastOwn }))).toBe(true);
  expect(isNew(rowsOf({ ...base, messages: unread, unsent: [unsent], readUpTo: lastOwn }))).toBe(false);
});

test("a message on its way is shown once, also when its live event overtakes its answer", () => {
  const messages = talk();
  const [last] = messages.slice(-1);
  const unsent = [last!.id, "not yet"].map((id) => ({
    id,
    kind: "message" as const,
    place: 1,
    chatId: "chat",
    content: "text",
    replyToId: null,
    createdAt: "2026-01-03T00:00:00Z",
  }));
  const keys = rowsOf({ ...base, messages, unsent }).map((row) => row.key);
  expect(keys.filter((key) => key === last!.id)).toHaveLength(1);
  expect(keys.at(-1)).toBe("not yet");
});

test("a reply in a thread stands in the chat in short and groups nothing; in the thread it stands below what it answers", () => {
  const model = new ChatModel();
  model.add("ada", "a question");
  model.add("ada", "something else");
  model.add("ben", "an answer", 1);
  model.add("ben", "more of it", 1);
  model.add("ben", "to everybody");
  const messages = model.messages as unknown as CachedMessageFragment[];
  const kinds = (rows: ReturnType<typeof rowsOf>) =>
    rows.map((row) =>
      row.kind === "message" ? `${row.number}${row.first ? " first" : ""}${row.last ? " last" : ""}` : row.kind,
    );
  expect(kinds(rowsOf({ ...base, messages }))).toEqual([
    "beginning",
    "day",
    "1 first",
    "2 last",
    "reply",
    "reply",
    "5 first last",
  ]);
  const replies = messages.slice(2, 4);
  const root = messages[0]!;
  expect(kinds(rowsOf({ ...base, root, messages: replies, readUpTo: 3 }))).toEqual([
    "day",
    "1 first last",
    "replies",
    "3 first",
    "new",
    "4 first last",
  ]);
  expect(kinds(rowsOf({ ...base, root, messages: replies.slice(1) })), "what is above is not loaded").toEqual([
    "4 last",
  ]);
  expect(kinds(rowsOf({ ...base, root, messages: [] }))).toEqual(["day", "1 first last", "replies"]);
});

test("a reply on its way stands in its thread as a message, in the chat in short, and in no other thread", () => {
  const model = new ChatModel();
  model.add("ada", "a question");
  model.add("ada", "another");
  const messages = model.messages as unknown as CachedMessageFragment[];
  const text = { content: "text", replyToId: null, createdAt: "2026-01-03T00:00:00Z" };
  const unsent = [{ kind: "message" as const, place: 1, id: "1", chatId: "chat", threadRootId: "message 1", ...text }];
  const last = (root?: CachedMessageFragment) =>
    rowsOf({ ...base, messages: root ? [] : messages, root, unsent }).at(-1)?.kind;
  expect(last()).toBe("unsentReply");
  expect(last(messages[0])).toBe("unsent");
  expect(last(messages[1])).toBe("replies");
});
