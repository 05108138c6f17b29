import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** What a door lets through, which a test may change at any time. */
export interface Door {
  url: string;
  /** Upgrades to WebSocket. */
  sockets: boolean;
  /** Answers that go on for as long as one listens. */
  streams: boolean;
  /** How the service that writes does: at work, refused by the balancer, or taking everything and answering nothing. */
  sender: "up" | "away" | "silent";
  /** Another word is another version of the page. */
  version: string;
  /** Breaks every connection that is open. */
  cut(): void;
  close(): Promise<void>;
}

/** A second way in, before the load balancer: a stricter network, or a stack on which something new was installed. */
export async function openDoor(): Promise<Door> {
  const stack = new URL(process.env.ANTIPHON_URL!);
  const open = new Set<Duplex>();
  const server = createServer((asked, answer) => pass(asked, answer));
  const pass = (asked: IncomingMessage, answer: ServerResponse) => {
    if (asked.headers.accept?.includes("text/event-stream") && !door.streams) {
      answer.writeHead(502).end();
      return;
    }
    if (asked.url?.startsWith("/sender/") && door.sender !== "up") {
      if (door.sender === "away") answer.writeHead(503, { "content-type": "text/html" }).end("<h1>503</h1>");
      else asked.resume();
      return;
    }
    const worker = asked.url === "/worker.js" && door.version !== "";
    const { "if-none-match": _, "if-modified-since": __, ...anew } = asked.headers;
    const headers = worker ? { ...anew, "accept-encoding": "identity" } : asked.headers;
    const inner = request({ host: stack.hostname, port: stack.port, path: asked.url, method: asked.method, headers });
    inner.on("response", (response) => {
      const { "content-length": length, ...rest } = response.headers;
      answer.writeHead(response.statusCode ?? 502, worker || !length ? rest : response.headers);
      if (worker) answer.write(`/* ${door.version} */`);
      response.pipe(answer);
    });
    inner.on("error", () => answer.destroy());
    answer.on("close", () => inner.destroy());
    asked.pipe(inner);
  };
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("upgrade", (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!door.sockets) {
      socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const inner = connect(Number(stack.port), stack.hostname, () => {
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
      for (let at = 0; at < asked.rawHeaders.length; at += 2) {
        lines.push(`${asked.rawHeaders[at]}: ${asked.rawHeaders[at + 1]}`);
      }
      inner.write(`${lines.join("\r\n")}\r\n\r\n`);
      inner.write(head);
      inner.pipe(socket).pipe(inner);
    });
    for (const end of [inner, socket]) {
      end.on("error", () => {
        inner.destroy();
        socket.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const door: Door = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets: true,
    streams: true,
    sender: "up",
    version: "",
    cut: () => {
      for (const socket of open) socket.destroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        door.cut();
      }),
  };
  return door;
}
