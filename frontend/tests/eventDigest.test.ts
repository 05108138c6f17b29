import { expect, test } from "vitest";
import { AppliedEvents } from "@/features/developer/model/appliedEvents";
import { compareEvents, digestOf } from "@/features/developer/model/compareEvents";

const event = (seq: number) => ({ seq, id: `00000000-0000-7000-8000-${seq.toString(16).padStart(12, "0")}` });
const events = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => event(from + index));

/** A server with these events, which counts what it is asked. */
function server(stored: { seq: number; id: string }[]) {
  const asked: [number, number][] = [];
  const digest = (from: number, to: number) => {
    asked.push([from, to]);
    return digestOf(stored.filter(({ seq }) => seq >= from && seq <= to));
  };
  return { asked, digest };
}

test("a digest is what the schema describes", async () => {
  // printf '%016x%s' 258 00010203040506078090a0b0c0d0e0f0 | xxd -r -p | sha256sum
  const one = [{ seq: 258, id: "00010203-0405-0607-8090-a0b0c0d0e0f0" }];
  expect(await digestOf(one)).toEqual({
    eventCount: 1,
    sha256: "fe0c9317a47fe819762e1332ee03272debb2b53f1ef0e0477b023289e85b0453",
  });
  expect((await digestOf([])).sha256).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("equal events are in sync, by one question", async () => {
  const { asked, digest } = server(events(1, 300));
  expect(await compareEvents(events(11, 200), digest)).toEqual({ result: "in-sync", count: 190 });
  expect(asked).toEqual([[11, 200]]);
});

test("the first event that differs is found by few questions", async () => {
  for (const wrong of [11, 57, 200]) {
    const stored = events(1, 300).map((one) => (one.seq === wrong ? { ...one, id: event(9_999).id } : one));
    const { asked, digest } = server(stored);
    expect(await compareEvents(events(11, 200), digest)).toEqual({ result: "different", seq: wrong });
    expect(asked.length).toBeLessThanOrEqual(9);
  }
  // A server that has less than was told here.
  expect(await compareEvents(events(1, 20), server(events(1, 12)).digest)).toEqual({ result: "different", seq: 13 });
});

test("only an unbroken range of a feed is kept, and not more than one digest covers", () => {
  const applied = new AppliedEvents();
  applied.record("a", events(5, 7));
  applied.record("b", events(1, 2));
  applied.record("a", events(8, 9));
  expect(applied.of("a")).toEqual(events(5, 9));
  applied.record("a", events(20, 21));
  expect(applied.of("a")).toEqual(events(20, 21));
  // A history that was replaced may begin anew.
  applied.record("a", events(3, 4));
  expect(applied.of("a")).toEqual(events(3, 4));
  expect(applied.of("b")).toEqual(events(1, 2));
  applied.record("b", events(3, 10_050));
  expect(applied.of("b")).toEqual(events(51, 10_050));
  expect(applied.of("c")).toEqual([]);
});
