import "fake-indexeddb/auto";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { PendingRemovals, type Removal, UNDO_MS } from "@/features/messages/model/pendingRemovals";
import { browser, type Tab } from "./browser";

const message = (id: string): Removal => ({ id, chatId: "chat" });
const refusal = (code: string) => new CombinedGraphQLErrors({ errors: [{ message: code, extensions: { code } }] });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const seenRemoved = ({ outbox }: Tab) => outbox.entries.get().map(({ id }) => id);

/** A tab of somebody, and what can be undone in it. */
function open(tab: Tab) {
  return { ...tab, removals: new PendingRemovals(tab.outbox) };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a removal is seen here at once and sent when it can no longer be undone, once", async () => {
  const { removals, asked, ...tab } = open(browser().tab());
  removals.schedule(message("a"));
  expect(seenRemoved(tab as Tab)).toEqual(["a"]);
  await pass(UNDO_MS - 100);
  expect(asked).toEqual([]);
  await pass(200);
  expect(asked).toEqual(["remove a"]);
  expect(removals.held.get()).toBeUndefined();
  await pass(60_000);
  expect(asked).toEqual(["remove a"]);
});

test("tabs: what is undone is shown again and never sent, by no tab", async () => {
  const { tab } = browser();
  const [first, other] = [open(tab()), open(tab())];
  first.removals.schedule(message("a"));
  await pass(UNDO_MS - 100);
  expect(seenRemoved(other)).toEqual(["a"]);
  first.removals.undo();
  await pass(60_000);
  expect([...seenRemoved(first), ...seenRemoved(other)]).toEqual([]);
  expect([...first.asked, ...other.asked]).toEqual([]);
});

test("removing another message sends the one before", async () => {
  const { removals, asked } = open(browser().tab());
  removals.schedule(message("a"));
  removals.schedule(message("b"));
  await pass(0);
  expect(asked).toEqual(["remove a"]);
  removals.undo();
  await pass(60_000);
  expect(asked).toEqual(["remove a"]);
});

test("whoever is about to undo has more time in all tabs, but not for ever", async () => {
  const { tab } = browser();
  const { removals, asked } = open(tab());
  const other = open(tab());
  removals.schedule(message("a"));
  removals.extendUndo(true);
  await pass(UNDO_MS * 4);
  expect([...asked, ...other.asked]).toEqual([]);
  removals.extendUndo(false);
  await pass(UNDO_MS);
  expect([...asked, ...other.asked]).toEqual(["remove a"]);

  removals.schedule(message("b"));
  removals.extendUndo(true);
  await pass(60_000);
  expect([...asked, ...other.asked].filter((text) => text === "remove b")).toHaveLength(1);
});

test("a tab that is gone leaves its wish to the next one of the same person, whatever the clock says", async () => {
  const { tab } = browser();
  const lost = open(tab());
  lost.removals.schedule(message("a"));
  // It crashes: neither sent nor let go.
  vi.spyOn(lost.outbox, "remove").mockResolvedValue();
  lost.outbox.close();
  vi.setSystemTime(Date.now() - 3_600_000);
  const somebodyElse = open(tab({ userId: "ben" }));
  const next = open(tab());
  await pass(UNDO_MS);
  expect(next.asked).toEqual([]);
  await pass(5_000);
  expect(next.asked).toEqual(["remove a"]);
  expect(somebodyElse.asked).toEqual([]);
});

test("what is refused is shown again, with the reason", async () => {
  const { removals, asked } = open(
    browser().tab({
      answer: async () => {
        throw refusal("FORBIDDEN");
      },
    }),
  );
  removals.schedule(message("a"));
  await pass(60_000);
  expect(asked).toEqual(["remove a"]);
  expect(removals.refused.get()).toMatchObject({ id: "a", chatId: "chat", failure: { code: "FORBIDDEN" } });
  removals.schedule(message("b"));
  expect(removals.refused.get()).toBeUndefined();
});

test("a session that has ended sends nothing, and the wish waits for the next sign-in", async () => {
  const { tab } = browser();
  const { removals, outbox, asked } = open(tab());
  removals.schedule(message("a"));
  removals.close();
  outbox.close();
  await pass(60_000);
  expect(asked).toEqual([]);
  const next = open(tab());
  await pass(10_000);
  expect(next.asked).toEqual(["remove a"]);
});
