import "fake-indexeddb/auto";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { afterEach, expect, test, vi } from "vitest";
import type { OutboxEntry } from "@/features/messages/model/outboxEntry";
import { browser, type Tab } from "./browser";

const wish = (variant: string, added = true) => ({
  chatId: "chat",
  messageId: "message",
  emoji: variant.replace(/\p{Emoji_Modifier}/gu, ""),
  variant,
  added,
});
const unsent = (id: string) => ({ id, chatId: "chat", content: id, replyToId: null, createdAt: "2026-01-01" });
const refusal = (code: string, more = {}) =>
  new CombinedGraphQLErrors({ errors: [{ message: code, extensions: { code, ...more } }] });
const lost = () => Promise.reject(new TypeError("Failed to fetch"));
const never = () => new Promise<never>(() => {});
const emptied = ({ outbox }: Tab) => vi.waitFor(() => expect(outbox.entries.get()).toEqual([]));
const offline = () => vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

test("offline, a reaction that is taken back is never sent, and of several wishes the last one is", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  offline();
  let away = true;
  const sent: string[] = [];
  const tab = browser().tab({
    answer: async (entry) => {
      if (away) return lost();
      sent.push("variant" in entry ? `${entry.added ? "+" : "-"}${entry.variant}` : "");
    },
  });
  await tab.outbox.react(wish("👍"), false);
  await vi.advanceTimersByTimeAsync(10);
  expect(tab.outbox.entries.get()).toHaveLength(1);
  await tab.outbox.react(wish("👍", false), true);
  expect(tab.outbox.entries.get()).toEqual([]);
  await tab.outbox.react(wish("🎉"), false);
  await tab.outbox.react(wish("👍"), false);
  await tab.outbox.react(wish("👍🏽"), false);
  expect(tab.outbox.entries.get()).toHaveLength(2);
  vi.restoreAllMocks();
  away = false;
  tab.outbox.retryNow();
  await vi.advanceTimersByTimeAsync(10);
  expect(tab.outbox.entries.get()).toEqual([]);
  expect(sent).toEqual(["+🎉", "+👍🏽"]);
});

test("a reaction that the service may have heard of is taken back by asking", async () => {
  let answer: () => Promise<void> = never;
  const tab = browser().tab({ answer: () => answer() });
  await tab.outbox.react(wish("👍"), false);
  await vi.waitFor(() => expect(tab.asked).toEqual(["+👍"]));
  await tab.outbox.react(wish("👍", false), true);
  expect(tab.outbox.entries.get()).toMatchObject([{ added: false }]);
  answer = async () => {};
  tab.outbox.retry(tab.outbox.entries.get()[0]!);
  await emptied(tab);
  expect(tab.asked.at(-1)).toBe("-👍");
});

test("a reaction outlives a reload, and what the page before may have asked for is taken back by asking", async () => {
  const { tab } = browser();
  const before = tab({ answer: lost });
  await before.outbox.react(wish("👍"), false);
  before.outbox.close();
  const asleep = offline();
  const after = tab({ answer: lost });
  expect(after.outbox.entries.get()).toMatchObject([{ kind: "reaction", emoji: "👍", added: true }]);
  await after.outbox.react(wish("👍", false), true);
  expect(after.outbox.entries.get()).toMatchObject([{ added: false }]);
  after.outbox.close();
  asleep.mockRestore();
  const last = tab();
  await emptied(last);
  expect(last.asked).toEqual(["-👍"]);
});

test("reactions are sent after the messages of their chat, and no message waits for one", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  let limited = true;
  const tab = browser().tab({
    answer: async ({ kind }) => {
      if (kind === "reaction" && limited) throw refusal("RATE_LIMITED", { retryAfterMs: 3_000 });
    },
  });
  void tab.outbox.react(wish("👍"), false);
  await vi.advanceTimersByTimeAsync(1);
  expect(tab.asked).toEqual(["+👍"]);
  void tab.outbox.send(unsent("one"));
  void tab.outbox.send(unsent("two"));
  await vi.advanceTimersByTimeAsync(100);
  expect(tab.asked.filter((name) => !name.startsWith("+"))).toEqual(["one", "two"]);
  limited = false;
  await vi.advanceTimersByTimeAsync(3_100);
  expect(tab.outbox.entries.get()).toEqual([]);
});

test("with a message that is removed the wishes about it go", async () => {
  const done: OutboxEntry["kind"][] = [];
  offline();
  let away = true;
  const tab = browser().tab({
    answer: async ({ kind }) => {
      if (away) return lost();
      done.push(kind);
    },
  });
  await tab.outbox.react(wish("👍"), false);
  await tab.outbox.remove({ id: "message", chatId: "chat" });
  away = false;
  tab.outbox.retryNow();
  await emptied(tab);
  expect(done).toEqual(["removal"]);
});
