import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { deviceStorage } from "@/api/deviceStorage";
import { withLease } from "@/api/exclusive";
import { FULL } from "./browser";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** Work that a test ends by hand. */
function work(log: string[], name: string) {
  let end = () => {};
  const done = withLease("test", () => {
    log.push(name);
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  return { done, end: () => end() };
}

test("B14: without locks a lease lets one tab at a time work, for as long as it takes", async () => {
  const log: string[] = [];
  const tabs = ["one", "two", "three"].map((name) => work(log, name));
  await pass(30_000);
  expect(log).toHaveLength(1);
  for (let turn = 1; turn <= 3; turn += 1) {
    for (const tab of tabs) tab.end();
    await pass(1_000);
  }
  expect([...log].sort()).toEqual(["one", "three", "two"]);
  expect(localStorage.length).toBe(0);
});

test("a tab that died with the lease holds it for some seconds, whatever the clock says", async () => {
  localStorage.setItem("antiphon.lease.test", "gone 7");
  vi.setSystemTime(Date.now() - 86_400_000);
  const log: string[] = [];
  work(log, "next");
  await pass(4_000);
  expect(log).toEqual([]);
  await pass(2_000);
  expect(log).toEqual(["next"]);
});

test("where nothing can be written the work runs all the same", async () => {
  expect(await withLease("test", async () => "done", FULL)).toBe("done");
  expect(deviceStorage.keys("antiphon")).toEqual([]);
});
