// What a client must keep between two subscriptions: the newest cursor of every feed. Clients need nothing else to resume;
// in particular, nothing here sorts, counts or drops events.

import { readFileSync } from "node:fs";

export const INBOX = readFileSync(new URL("inbox.graphql", import.meta.url), "utf8");

/** One line of JSON for the test that reads our output. */
export function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export class Position {
  #cursors = new Map();

  /** For the variables of the next subscription. */
  get after() {
    return [...this.#cursors.values()];
  }

  /** Shows every event of a batch as it comes. */
  apply({ feedId, cursor, caughtUp, reset, events }) {
    if (reset) say({ reset });
    for (const { __typename: kind, seq, message } of events) {
      say({ feed: feedId, seq, kind, message: message?.id });
    }
    this.#cursors.set(feedId, cursor);
    if (caughtUp) say({ caughtUp });
  }
}

/**
 * The inbox for a client that subscribes again by itself, and its handlers: `client.subscribe(...inbox(position))`.
 * The client encodes the request each time it subscribes, so `after` is then the newest position.
 */
export function inbox(position) {
  const request = {
    query: INBOX,
    variables: {
      get after() {
        return position.after;
      },
    },
  };
  const sink = {
    next: ({ data, errors }) => (errors ? say({ errors }) : position.apply(data.inbox)),
    error: (error) => say({ failed: String(error?.reason ?? error?.message ?? JSON.stringify(error)) }),
    complete: () => say({ failed: "the subscription is complete" }),
  };
  return [request, sink];
}
