import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Removal, Removals, UNDO_MS } from "@/features/messages/model/removals";

const message = (id: string): Removal => ({ id, chatId: "chat" });
const refusal = (code: string) => new CombinedGraphQLErrors({ errors: [{ message: code, extensions: { code } }] });

/** A tab of somebody, with what it sent and what it shows as removed. */
function tab(answer: (id: string) => Promise<void> = async () => {}, userId = "ada") {
  const sent: string[] = [];
  const hidden = new Set<string>();
  const removals = new Removals({
    storage: localStorage,
    userId,
    remove: ({ id }) => {
      sent.push(id);
      return answer(id);
    },
    hide: ({ id }) => {
      hidden.add(id);
      return () => hidden.delete(id);
    },
    random: () => 0.5,
  });
  return { removals, sent, hidden };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a removal is seen here at once and sent when it can no longer be undone, once", async () => {
  const { removals, sent, hidden } = tab();
  removals.hold(message("a"));
  expect([...hidden]).toEqual(["a"]);
  await pass(UNDO_MS - 100);
  expect(sent).toEqual([]);
  await pass(200);
  expect(sent).toEqual(["a"]);
  expect(removals.held.get()).toBeUndefined();
  await pass(60_000);
  expect(sent).toEqual(["a"]);
});

test("what is undone is shown again and never sent, by no tab", async () => {
  const { removals, sent, hidden } = tab();
  removals.hold(message("a"));
  await pass(UNDO_MS - 100);
  const other = tab();
  other.removals.restore();
  removals.undo();
  await pass(60_000);
  expect([...hidden]).toEqual([]);
  expect([...sent, ...other.sent]).toEqual([]);
});

test("removing another message sends the one before", async () => {
  const { removals, sent } = tab();
  removals.hold(message("a"));
  removals.hold(message("b"));
  expect(sent).toEqual(["a"]);
  removals.undo();
  await pass(60_000);
  expect(sent).toEqual(["a"]);
});

test("whoever is about to undo has more time, but not for ever", async () => {
  const { removals, sent } = tab();
  removals.hold(message("a"));
  removals.linger(true);
  await pass(UNDO_MS * 3);
  expect(sent).toEqual([]);
  removals.linger(false);
  await pass(UNDO_MS);
  expect(sent).toEqual(["a"]);

  removals.hold(message("b"));
  removals.linger(true);
  await pass(60_000);
  expect(sent).toEqual(["a", "b"]);
});

test("a tab that is gone leaves its wish to the next one of the same person", async () => {
  const lost = tab(() => new Promise(() => {}));
  lost.removals.hold(message("a"));
  // As it does when the page is left, without having come through.
  lost.removals.settle();
  const somebodyElse = tab(undefined, "ben");
  somebodyElse.removals.restore();
  const next = tab();
  next.removals.restore();
  await pass(0);
  expect(next.sent).toEqual(["a"]);
  expect(somebodyElse.sent).toEqual([]);
  const afterwards = tab();
  afterwards.removals.restore();
  await pass(60_000);
  expect(afterwards.sent).toEqual([]);
});

test("it is tried again until the network is back", async () => {
  let away = true;
  const { removals, sent, hidden } = tab(async () => {
    if (away) throw new TypeError("Failed to fetch");
  });
  removals.hold(message("a"));
  removals.settle();
  await pass(120_000);
  expect(sent.length).toBeGreaterThan(5);
  expect([...hidden]).toEqual(["a"]);
  away = false;
  const tries = sent.length;
  removals.nudge();
  await pass(60_000);
  expect(sent.length).toBe(tries + 1);
});

test("what is refused is shown again, with the reason", async () => {
  const { removals, sent, hidden } = tab(async () => {
    throw refusal("FORBIDDEN");
  });
  removals.hold(message("a"));
  await pass(60_000);
  expect(sent).toEqual(["a"]);
  expect([...hidden]).toEqual([]);
  expect(removals.refused.get()).toMatchObject({ id: "a", failure: { code: "FORBIDDEN" } });
});

test("a session that has ended sends nothing, and the wish waits for the next sign-in", async () => {
  const { removals, sent } = tab();
  removals.hold(message("a"));
  removals.close();
  await pass(60_000);
  expect(sent).toEqual([]);
  const next = tab();
  next.removals.restore();
  await pass(0);
  expect(next.sent).toEqual(["a"]);
});

test("signing out on purpose leaves nothing on the device", () => {
  const { removals } = tab();
  removals.hold(message("a"));
  removals.forget();
  expect(localStorage.length).toBe(0);
});
