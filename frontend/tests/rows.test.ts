import { expect, test } from "vitest";
import { foldReplies } from "@/features/messages/model/foldedReplies";
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

/** A chat in which every third message is said to all, and the others are replies to the first one. */
function talkWithReplies(): CachedMessageFragment[] {
  const model = new ChatModel();
  model.add("ada", "a question");
  for (let number = 2; number <= 90; number += 1) model.add("ben", `text ${number}`, number % 3 === 0 ? undefined : 1);
  return model.messages.map((message) => ({
    ...message,
    createdAt: new Date(Date.UTC(2026, 0, 1, 12, message.number * 20)).toISOString(),
  })) as unknown as CachedMessageFragment[];
}

test("folded replies leave one row that says how many they are; days, the line above what is new and all else stay", () => {
  const messages = talkWithReplies();
  const rows = rowsOf({ ...base, messages, readUpTo: 61 });
  const folded = foldReplies(rows, new Set());
  const rest = (all: typeof rows) => all.filter(({ kind }) => kind !== "reply" && kind !== "fold");
  expect(rest(folded)).toEqual(rest(rows));
  expect(folded.some(({ kind }) => kind === "reply")).toBe(false);
  const hidden = folded.flatMap((row) => (row.kind === "fold" ? row.replies : []));
  expect(hidden).toEqual(rows.flatMap((row) => (row.kind === "reply" ? [row.key] : [])));
  expect(new Set(folded.map(({ key }) => key)).size).toBe(folded.length);
  // 61 is read and 62 is not: the line stands between them, and each has a row of its own.
  const line = folded.findIndex(({ kind }) => kind === "new");
  const [before, after] = [folded[line - 1], folded[line + 1]];
  expect(before).toMatchObject({ kind: "fold", number: 61, replies: ["message 61"] });
  expect(after).toMatchObject({ kind: "fold", number: 62, replies: ["message 62"] });
});

test("an opened fold shows its replies below it, keeps its name while more arrive, and shows those too", () => {
  const model = new ChatModel();
  model.add("ada", "a question");
  for (const text of ["one", "two"]) model.add("ben", text, 1);
  const shown = (unfolded: string[]) =>
    foldReplies(
      rowsOf({ ...base, messages: model.messages as unknown as CachedMessageFragment[] }),
      new Set(unfolded),
    ).map((row) => (row.kind === "fold" ? `${row.key}: ${row.replies.length}${row.open ? " open" : ""}` : row.key));
  expect(shown([]).slice(-1)).toEqual(["fold message 2: 2"]);
  expect(shown(["message 3"]).slice(-3)).toEqual(["fold message 2: 2 open", "message 2", "message 3"]);
  model.add("ada", "three", 1);
  expect(shown(["message 3"]).slice(-4)).toEqual(["fold message 2: 3 open", "message 2", "message 3", "message 4"]);
  expect(shown([]).slice(-1)).toEqual(["fold message 2: 3"]);
});
