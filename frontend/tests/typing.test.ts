import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ServerClock } from "@/api/serverClock";
import { TypingNames } from "@/features/typing/model/typingNames";

const SERVER = Date.parse("2026-03-05T12:00:00Z");
const MINUTES = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

for (const [device, off] of [
  ["is right", 0],
  ["is ten minutes slow", -10 * MINUTES],
  ["is ten minutes fast", 10 * MINUTES],
  ["is two seconds slow", -2_000],
] as const) {
  const begin = () => {
    vi.setSystemTime(SERVER + off);
    const clock = new ServerClock();
    clock.hear(new Date(SERVER).toUTCString());
    const names = new TypingNames(clock);
    const hear = (at: number, until = at + 6_000) => names.heard("chat", "ada", SERVER + until);
    return { names, hear, shown: () => names.store.get().chat?.length === 1 };
  };

  test(`B7: a name is shown for six seconds and no longer when the device's clock ${device}`, () => {
    const { hear, shown } = begin();
    hear(0);
    expect(shown()).toBe(true);
    vi.advanceTimersByTime(3_000);
    hear(3_000);
    vi.advanceTimersByTime(5_900);
    expect(shown()).toBe(true);
    vi.advanceTimersByTime(200);
    expect(shown()).toBe(false);
  });

  test(`B7: a stop is a stop when the device's clock ${device}, also as the first that is heard`, () => {
    const { hear, shown } = begin();
    hear(0);
    vi.advanceTimersByTime(1_500);
    hear(1_500, 1_500);
    expect(shown()).toBe(false);
    vi.advanceTimersByTime(20_000);
    hear(21_500, 21_500);
    expect(shown()).toBe(false);
    hear(21_600);
    expect(shown()).toBe(true);
  });
}

test("B7: before any answer told the time, and with an end far away, six seconds are the most", () => {
  vi.setSystemTime(SERVER - 10 * MINUTES);
  const names = new TypingNames(new ServerClock());
  names.heard("chat", "ada", SERVER + 6_000);
  expect(names.store.get().chat).toEqual(["ada"]);
  names.heard("chat", "ada", SERVER + 1_000);
  expect(names.store.get().chat).toEqual([]);
  names.heard("chat", "ada", SERVER + 600_000);
  vi.advanceTimersByTime(6_001);
  expect(names.store.get().chat).toEqual([]);
});
