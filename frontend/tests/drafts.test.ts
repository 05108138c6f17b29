import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Drafts } from "@/features/messages/model/drafts";
import { browser } from "./browser";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = () => vi.advanceTimersByTimeAsync(400);

test("F10: a draft outlives the tab, without the last letters being typed long ago, and belongs to one account", async () => {
  const { tab } = browser();
  const drafts = new Drafts(tab().store);
  drafts.set("chat", "half a thou");
  await pass();
  drafts.set("chat", "half a thought");
  // As when the page is left.
  drafts.flush();
  expect(new Drafts(tab().store).get("chat")).toBe("half a thought");
  expect(new Drafts(tab({ userId: "ben" }).store).get("chat")).toBeUndefined();
  drafts.set("chat", "  ");
  drafts.flush();
  expect(tab().store.entries("draft.")).toEqual([]);
});

test("tabs: what is typed, sent or thrown away in one stands so in the others", async () => {
  const { tab } = browser();
  const [first, second] = [new Drafts(tab().store), new Drafts(tab().store)];
  const shown: string[] = [];
  second.follow("chat", (text) => shown.push(text));
  first.set("chat", "hello");
  await pass();
  expect(shown).toEqual(["hello"]);
  expect(second.get("chat")).toBe("hello");
  first.delete("chat");
  await pass();
  expect(shown).toEqual(["hello", ""]);
  expect(second.get("chat")).toBeUndefined();
});

test("tabs: of two texts that were typed at the very same time neither is lost", async () => {
  const { tab } = browser();
  const [first, second] = [new Drafts(tab().store), new Drafts(tab().store)];
  first.set("chat", "from the first");
  second.set("chat", "from the second");
  await pass();
  await pass();
  expect(first.get("chat")).toBe("from the first\nfrom the second");
  expect(second.get("chat")).toBe(first.get("chat"));
});

test("one's own typing is not told back", async () => {
  const drafts = new Drafts(browser().tab().store);
  const shown: string[] = [];
  drafts.follow("chat", (text) => shown.push(text));
  drafts.set("chat", "one");
  await pass();
  drafts.set("chat", " ");
  await pass();
  expect(shown).toEqual([]);
});
