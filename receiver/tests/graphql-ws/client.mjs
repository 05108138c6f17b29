// Follows an inbox with the official graphql-transport-ws client and resumes wherever it is sent.
//
//   node client.mjs TOKEN ws://127.0.0.1:4005/graphql ws://127.0.0.1:4006/graphql
//
// Prints one JSON object per line: {"opened"}, {"seq", "feed"} per event, {"closed"} with a code, {"error"}.

import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [token, ...urls] = process.argv.slice(2);
const say = (line) => console.log(JSON.stringify(line));

let attempts = 0;
const client = createClient({
  url: () => urls[attempts++ % urls.length],
  webSocketImpl: WebSocket,
  connectionParams: () => ({ accessToken: token }),
  lazy: false,
  keepAlive: 500,
  retryAttempts: Number.POSITIVE_INFINITY,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
  on: {
    connected: () => say({ opened: attempts }),
    closed: (event) => say({ closed: event.code }),
  },
});

const query = `subscription ($after: [Cursor!]) {
  inbox(after: $after) { feedId cursor caughtUp reset events { seq } }
}`;
// The client sends the same object again after a reconnect: what it holds by then is where it resumes.
const positions = new Map();
const variables = { after: [] };
client.subscribe(
  { query, variables },
  {
    next: ({ data, errors }) => {
      if (errors) return say({ error: errors });
      const { feedId, cursor, caughtUp, reset, events } = data.inbox;
      positions.set(feedId, cursor);
      variables.after = [...positions.values()];
      if (reset) say({ reset });
      for (const { seq } of events) say({ feed: feedId, seq });
      if (caughtUp && events.length === 0) say({ standing: feedId });
    },
    error: (error) => say({ error: error instanceof Error ? error.message : error }),
    complete: () => say({ complete: true }),
  },
);
