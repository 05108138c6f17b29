import "fake-indexeddb/auto";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UnsentRow } from "@/features/messages/components/UnsentRow";
import type { UnsentMessage } from "@/features/messages/model/outboxEntry";
import { SignedInContext, type SignedInServices } from "@/session/services";
import { browser, type Tab } from "./browser";

const message = { id: "1", chatId: "chat", content: "hello", replyToId: null, createdAt: "2026-01-01T12:00:00Z" };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});
const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

async function sent(answer: () => Promise<void>): Promise<Tab> {
  const tab = browser().tab({ answer });
  void tab.outbox.send(message);
  await pass(0);
  const [unsent] = tab.outbox.entries.get() as UnsentMessage[];
  render(
    <SignedInContext value={tab as unknown as SignedInServices}>
      <UnsentRow unsent={unsent!} first />
    </SignedInContext>,
  );
  await pass(0);
  return tab;
}

test("S5: a message that was sent too soon says when it goes, and nothing of an error", async () => {
  const answer = async () => {
    throw new CombinedGraphQLErrors({
      errors: [{ message: "slow", extensions: { code: "RATE_LIMITED", retryAfterMs: 3_000 } }],
    });
  };
  await sent(answer);
  await pass(10);
  expect(screen.getByText(/Sending in 3 s/)).toBeTruthy();
  await pass(1_000);
  expect(screen.getByText(/Sending in 2 s/)).toBeTruthy();
  expect(screen.queryByText(/Not sent/)).toBeNull();
});

test("F6: a message that nobody answers says so within five seconds, and offers both ways out", async () => {
  await sent(() => new Promise(() => {}));
  await pass(2_000);
  expect(screen.queryByRole("button")).toBeNull();
  await pass(2_500);
  expect(screen.getByText(/Not sent yet. Trying again…/)).toBeTruthy();
  expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Try again", "Discard"]);
});
