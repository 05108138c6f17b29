import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useToday } from "@/ui/today";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("B8: the day changes at midnight where the reader is, and when a device wakes up on another one", () => {
  vi.setSystemTime(new Date(2026, 2, 5, 23, 59, 50));
  const { result, unmount } = renderHook(() => useToday());
  act(() => void dispatchEvent(new Event("focus")));
  expect(result.current).toBe("2026-2-5");
  act(() => void vi.advanceTimersByTime(9_000));
  expect(result.current).toBe("2026-2-5");
  act(() => void vi.advanceTimersByTime(1_500));
  expect(result.current).toBe("2026-2-6");
  // Asleep no timer runs.
  vi.setSystemTime(new Date(2026, 2, 9, 8));
  act(() => void dispatchEvent(new Event("pageshow")));
  expect(result.current).toBe("2026-2-9");
  unmount();
});
