/** One event of a stream, as the `text/event-stream` format has it. */
export interface StreamEvent {
  event: string;
  data: string;
}

/**
 * The events of a stream as they come; one that the stream ends in the middle of is none. `heard` is called for
 * whatever arrives, also for the comments by which the other side shows that it is still there.
 */
export async function* eventsOf(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<StreamEvent> {
  let rest = "";
  let event = "";
  let data: string[] = [];
  for await (const chunk of chunksOf(body)) {
    heard();
    // What came before is not looked through again: an answer may be large, and come in many pieces.
    // A carriage return may be half of a line's end, so it waits for the other half.
    const half = rest.endsWith("\r");
    const lines = (half ? `\r${chunk}` : chunk).split(/\r\n|\n|\r(?!$)/);
    lines[0] = (half ? rest.slice(0, -1) : rest) + lines[0];
    rest = lines.pop()!;
    for (const line of lines) {
      const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
      if (line === "") {
        if (event || data.length > 0) yield { event: event || "message", data: data.join("\n") };
        event = "";
        data = [];
      } else if (field === "event") event = value;
      else if (field === "data") data.push(value);
    }
  }
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  // A character may come in two pieces.
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    reader.cancel().catch(() => {
      // It has ended already.
    });
  }
}
