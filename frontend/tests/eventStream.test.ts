import { expect, test } from "vitest";
import { eventsOf, type StreamEvent } from "@/api/eventStream";

/** What is read from a stream that comes in these pieces, and how often anything was heard. */
async function read(chunks: Uint8Array[]) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const events: StreamEvent[] = [];
  let heard = 0;
  for await (const event of eventsOf(body, () => (heard += 1))) events.push(event);
  return { events, heard };
}

const bytes = (text: string) => new TextEncoder().encode(text);

const SAID = 'event: next\ndata: {"said":"schön, 你好 👋🏽: gut"}\n\n';
const WHOLE = `:\n\n${SAID}:\n\n${SAID}event: complete\ndata:\n\n`;
const EVENTS = [
  { event: "next", data: '{"said":"schön, 你好 👋🏽: gut"}' },
  { event: "next", data: '{"said":"schön, 你好 👋🏽: gut"}' },
  { event: "complete", data: "" },
];

test("events are the same wherever the network cuts them, also within a character", async () => {
  const all = bytes(WHOLE);
  for (let cut = 0; cut <= all.length; cut += 1) {
    const { events } = await read([all.slice(0, cut), all.slice(cut)]);
    expect(events, `cut at ${cut}`).toEqual(EVENTS);
  }
  const { events } = await read([...all].map((byte) => Uint8Array.of(byte)));
  expect(events).toEqual(EVENTS);
});

test("other ends of lines are the same, wherever they are cut", async () => {
  for (const end of ["\r\n", "\r"]) {
    const all = bytes(`${WHOLE.replaceAll("\n", end)}:${end}`);
    for (let cut = 0; cut <= all.length; cut += 1) {
      expect((await read([all.slice(0, cut), all.slice(cut)])).events, `cut at ${cut}`).toEqual(EVENTS);
    }
  }
});

test("a comment is no event, but it is heard", async () => {
  const { events, heard } = await read([bytes(":\n\n"), bytes(": still here\n"), bytes("\n")]);
  expect(events).toEqual([]);
  expect(heard).toBe(3);
});

test("several lines of data are one text, one space after the colon is not part of it, other fields are skipped", async () => {
  const { events } = await read([bytes("id: 7\ndata: one\ndata:  two\ndata\nretry: 9\n\n")]);
  expect(events).toEqual([{ event: "message", data: "one\n two\n" }]);
});

test("an event that the stream ends in the middle of is none", async () => {
  const { events } = await read([bytes(`${SAID}event: next\ndata: {"said":"half`)]);
  expect(events).toEqual([EVENTS[0]]);
  expect((await read([bytes("event: complete\ndata:\n")])).events).toEqual([]);
});

test("whoever stops listening ends the stream", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytes(SAID)),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const _ of eventsOf(body, () => {})) break;
  expect(cancelled).toBe(true);
});
