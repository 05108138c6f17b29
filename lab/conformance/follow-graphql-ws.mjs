// Subscribes to the inbox with the official `graphql-ws` client: its own retries, and its own rules of what can be retried.
//
//   ANTIPHON_SOCKET=ws://127.0.0.1:8080/receiver/graphql ANTIPHON_TOKEN=... node follow-graphql-ws.mjs
//
// Exits when its input ends.

import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { inbox, Position, say } from "./position.mjs";

const client = createClient({
  url: process.env.ANTIPHON_SOCKET,
  webSocketImpl: WebSocket,
  connectionParams: { accessToken: process.env.ANTIPHON_TOKEN },
  retryAttempts: Number.POSITIVE_INFINITY,
  on: {
    connected: () => say({ connected: true }),
    closed: (event) => say({ closed: event.code ?? String(event) }),
  },
});

client.subscribe(...inbox(new Position()));
process.stdin.on("end", () => process.exit(0)).resume();
