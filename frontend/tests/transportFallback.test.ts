import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Transport, TransportListener, TransportName } from "@/live/transport";
import { TransportFallback } from "@/live/transportFallback";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A way that a test opens and bars. It tries once a second, as long as it is open. */
function way(name: TransportName, state: { open: boolean }) {
  const listeners = new Set<TransportListener>();
  const transport: Transport = {
    name,
    open(listener) {
      listeners.add(listener);
      let connected = false;
      const timer = setInterval(() => {
        if (state.open && !connected) listener.connected();
        if (!state.open) listener.disconnected(connected ? "interrupted" : "unreachable");
        connected = state.open;
      }, 1_000);
      return () => {
        listeners.delete(listener);
        clearInterval(timer);
      };
    },
  };
  return { transport, state, listeners };
}

function fallback(over: { socket: boolean; online?: () => boolean }) {
  const socket = way("websocket", { open: over.socket });
  const polling = way("polling", { open: true });
  const it = new TransportFallback([socket.transport, polling.transport], {
    isOnline: over.online ?? (() => true),
    random: () => 0.5,
  });
  const heard: string[] = [];
  const close = it.open({
    after: () => [],
    connected: () => heard.push(`connected by ${it.name.get()}`),
    receive: (batch) => heard.push(batch.feedId),
    caughtUp: () => {},
    disconnected: (loss) => heard.push(loss),
    refused: () => heard.push("refused"),
  });
  return { it, socket, polling, heard, close };
}

test("while the first way gets through no other is tried", async () => {
  const { it, polling, heard } = fallback({ socket: true });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(it.name.get()).toBe("websocket");
  expect(heard).toEqual(["connected by websocket"]);
  expect(polling.listeners.size).toBe(0);
});

test("a barred way is left for the next after three attempts, and taken again as soon as it is open", async () => {
  const { it, socket, polling, heard } = fallback({ socket: false });
  await vi.advanceTimersByTimeAsync(2_500);
  expect(it.name.get()).toBe("websocket");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(it.name.get()).toBe("polling");
  expect(heard.at(-1)).toBe("connected by polling");

  socket.state.open = true;
  await vi.advanceTimersByTimeAsync(40_000);
  expect(it.name.get()).toBe("websocket");
  expect(polling.listeners.size).toBe(0);
  expect(socket.listeners.size).toBe(1);
  const [listener] = socket.listeners;
  listener!.receive({ feedId: "through the way that was tried" } as never);
  expect(heard.at(-1)).toBe("through the way that was tried");
});

test("with the second way barred as well the third one serves, and each better one is taken as it opens", async () => {
  const socket = way("websocket", { open: false });
  const stream = way("sse", { open: false });
  const polling = way("polling", { open: true });
  const it = new TransportFallback([socket.transport, stream.transport, polling.transport], {
    isOnline: () => true,
    random: () => 0.5,
  });
  const seen: string[] = [it.name.get()];
  it.name.subscribe(() => seen.push(it.name.get()));
  const close = it.open({
    after: () => [],
    connected: () => {},
    receive: () => {},
    caughtUp: () => {},
    disconnected: () => {},
    refused: () => {},
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(seen).toEqual(["websocket", "sse", "polling"]);
  stream.state.open = true;
  await vi.advanceTimersByTimeAsync(70_000);
  expect(seen.slice(3)).toEqual(["sse"]);
  expect(polling.listeners.size).toBe(0);
  socket.state.open = true;
  await vi.advanceTimersByTimeAsync(70_000);
  expect(seen.slice(4)).toEqual(["websocket"]);
  expect(stream.listeners.size).toBe(0);
  close();
});

test("an interruption of a way that did get through, and the own network being gone, bar nothing", async () => {
  let online = true;
  const { it, socket } = fallback({ socket: true, online: () => online });
  await vi.advanceTimersByTimeAsync(1_500);
  online = false;
  socket.state.open = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(it.name.get()).toBe("websocket");
  online = true;
  socket.state.open = true;
  await vi.advanceTimersByTimeAsync(3_000);
  expect(it.name.get()).toBe("websocket");
});

test("whoever closes it is told nothing more, by whichever way", async () => {
  const { socket, polling, heard, close } = fallback({ socket: false });
  await vi.advanceTimersByTimeAsync(5_000);
  close();
  const before = heard.length;
  socket.state.open = true;
  await vi.advanceTimersByTimeAsync(120_000);
  expect(heard).toHaveLength(before);
  expect(socket.listeners.size + polling.listeners.size).toBe(0);
});
