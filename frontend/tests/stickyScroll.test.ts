import { act, renderHook } from "@testing-library/react";
import type { VirtualizerHandle } from "virtua";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { LoadedMessages } from "@/features/messages/hooks/useMessages";
import { useStickyScroll } from "@/features/messages/hooks/useStickyScroll";
import type { Row } from "@/features/messages/model/rows";

/** Tells that the window was resized. */
let resize: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(callback: () => void) {
        resize = callback;
      }
      observe() {}
      disconnect() {}
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const rowsUpTo = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({ kind: "day", key: `row ${index}`, at: "2026-01-01T12:00:00Z" }));

/** A list of 2,000 pixels in a window of 400, with its end in view. */
function listAtItsEnd() {
  const frame = document.createElement("section");
  Object.defineProperties(frame, { clientHeight: { value: 400, configurable: true }, scrollHeight: { value: 2_000 } });
  const handle = { scrollSize: 2_000, viewportSize: 400, scrollOffset: 1_600, scrollToIndex: vi.fn() };
  const conversation = { loaded: true, atEnd: true, hasOlder: false, loadOlder: vi.fn(), loadNewer: vi.fn() };
  const { result, rerender } = renderHook(
    ({ rows }) => useStickyScroll({ current: frame }, rows, conversation as unknown as LoadedMessages),
    { initialProps: { rows: rowsUpTo(30) } },
  );
  result.current.list.current = handle as unknown as VirtualizerHandle;
  const scrollTo = (offset: number) =>
    act(() => {
      handle.scrollOffset = offset;
      result.current.onScroll();
    });
  return { frame, handle, result, scrollTo, arrive: () => rerender({ rows: rowsUpTo(31) }) };
}

const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

test("who scrolls away while the window is being resized is not carried to the end by the next message", async () => {
  const { handle, scrollTo, arrive, result } = listAtItsEnd();
  resize();
  await pass(20);
  scrollTo(700);
  await pass(300);
  expect(result.current.atBottom).toBe(false);
  arrive();
  expect(handle.scrollToIndex).not.toHaveBeenCalled();
});

test("who is at the end while the window is being resized stays there", async () => {
  const { handle, scrollTo, arrive, result, frame } = listAtItsEnd();
  resize();
  expect(frame.scrollTop).toBe(2_000);
  // What the browser made of it before the list was put back to its end.
  scrollTo(1_400);
  scrollTo(1_600);
  await pass(300);
  expect(result.current.atBottom).toBe(true);
  arrive();
  expect(handle.scrollToIndex).toHaveBeenLastCalledWith(30, { align: "end" });
});

test("a window that goes on being resized is looked at when it has its size", async () => {
  const { scrollTo, result } = listAtItsEnd();
  resize();
  scrollTo(700);
  for (let step = 0; step < 5; step += 1) {
    await pass(60);
    resize();
  }
  expect(result.current.atBottom).toBe(true);
  await pass(250);
  expect(result.current.atBottom).toBe(false);
});
