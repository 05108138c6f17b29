import { expect, test } from "vitest";
import { dayOf, startOfDay } from "@/features/messages/model/day";

test("a day begins at midnight where the reader is, and a time is of the day it is there", () => {
  const start = startOfDay("2026-03-05")!;
  expect([start.getFullYear(), start.getMonth(), start.getDate()]).toEqual([2026, 2, 5]);
  expect([start.getHours(), start.getMinutes(), start.getMilliseconds()]).toEqual([0, 0, 0]);
  expect(dayOf(start)).toBe("2026-03-05");
  expect(dayOf(new Date(start.getTime() - 1))).toBe("2026-03-04");
  expect(dayOf(new Date(2026, 11, 31, 23, 59))).toBe("2026-12-31");
});

test("what is no day has no beginning", () => {
  for (const text of ["", "2026-02-30", "2026-13-01", "26-01-01", "2026-1-1", "today"]) {
    expect(startOfDay(text), text).toBeUndefined();
  }
});
