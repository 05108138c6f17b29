import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ErrorCode } from "@/api/errors";
import { Health } from "@/api/health";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const failure = (code: ErrorCode) => ({ code, message: code });

test("F6: several calls that fail in a row say which service does not work, until one succeeds", () => {
  const health = new Health();
  health.watch("receiver").ended(undefined);
  health.watch("sender").ended(failure("NETWORK"));
  expect(health.failing.get()).toEqual([]);
  health.watch("sender").ended(failure("INTERNAL"));
  expect(health.failing.get()).toEqual(["sender"]);
  health.watch("receiver").ended(undefined);
  expect(health.failing.get()).toEqual(["sender"]);
  health.watch("sender").ended(failure("CONFLICT"));
  expect(health.failing.get()).toEqual([]);
});

test("F6: a call without an answer says so within five seconds; one that nobody waits for says nothing", () => {
  const health = new Health();
  const hung = health.watch("sender");
  health.watch("users").left();
  vi.advanceTimersByTime(4_500);
  expect(health.failing.get()).toEqual(["sender"]);
  hung.ended(undefined);
  expect(health.failing.get()).toEqual([]);
});

test("who limits or refuses is at work", () => {
  const health = new Health();
  for (const code of ["RATE_LIMITED", "FORBIDDEN", "RATE_LIMITED"] as const) health.watch("users").ended(failure(code));
  expect(health.failing.get()).toEqual([]);
});
