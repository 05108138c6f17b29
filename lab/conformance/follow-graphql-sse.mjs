// Subscribes to the inbox with the official `graphql-sse` client: server-sent events, with its own retries.
//
//   ANTIPHON_URL=http://127.0.0.1:8080 ANTIPHON_TOKEN=... node follow-graphql-sse.mjs
//
// Exits when its input ends.

import { createClient } from "graphql-sse";
import { inbox, Position, say } from "./position.mjs";

const client = createClient({
  url: `${process.env.ANTIPHON_URL}/receiver/graphql?instance=1`,
  headers: { authorization: `Bearer ${process.env.ANTIPHON_TOKEN}` },
  retryAttempts: Number.POSITIVE_INFINITY,
  on: { connected: () => say({ connected: true }) },
});

client.subscribe(...inbox(new Position()));
process.stdin.on("end", () => process.exit(0)).resume();
