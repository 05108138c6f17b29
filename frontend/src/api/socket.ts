import { type Client, createClient } from "graphql-ws";
import { backOnline, fullJitter } from "./backoff";
import { pinnedInstance } from "./instance";
import { Store } from "./store";
import type { Tokens } from "./tokens";

/** The service's word for "this token has ended": fetch a new one and come back. */
const TOKEN_ENDED = 4403;
/** The connection ended without a word from the other side. */
const WITHOUT_A_WORD = 1006;
const PONG_WITHIN_MS = 5_000;

/** `unreachable`: closed before the service has answered, as where a network lets no socket through. */
export type SocketState = "closed" | "unreachable" | "connecting" | "open";

export interface LiveSocket {
  client: Client;
  state: Store<SocketState>;
  /** Cuts the connection as a bad network would; it comes back by itself. */
  drop(): void;
}

/** The one WebSocket of the tab. It reconnects for ever, with jitter, and notices a peer that went silent. */
export function liveSocket(tokens: Tokens): LiveSocket {
  const state = new Store<SocketState>("closed");
  let sentToken: string | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;

  const client = createClient({
    url: socketUrl,
    lazy: true,
    keepAlive: 15_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    retryWait: (attempt) => backOnline(fullJitter(attempt)),
    connectionParams: async () => {
      // Must not reject: graphql-ws would give up for good. A refused token comes back as a close that is retried.
      sentToken = await tokens.accessTokenOrLast();
      return { accessToken: sentToken };
    },
    on: {
      connecting: () => state.set("connecting"),
      connected: () => state.set("open"),
      closed: (event) => {
        clearTimeout(silence);
        if ((event as CloseEvent).code === TOKEN_ENDED) tokens.reject(sentToken);
        const silent = state.get() === "connecting" && (event as CloseEvent).code === WITHOUT_A_WORD;
        state.set(silent ? "unreachable" : "closed");
      },
      ping: (received) => {
        if (!received) silence = setTimeout(() => client.terminate(), PONG_WITHIN_MS);
      },
      pong: (received) => {
        if (received) clearTimeout(silence);
      },
    },
  });

  // A browser that says it is offline leaves sockets to time out; ending them at once shows the truth at once.
  addEventListener("offline", () => client.terminate());
  return { client, state, drop: () => client.terminate() };
}

function socketUrl(): string {
  const url = new URL("/receiver/graphql", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const pin = pinnedInstance();
  if (pin) url.searchParams.set("instance", pin);
  return url.href;
}
