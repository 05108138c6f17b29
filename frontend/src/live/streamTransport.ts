import type { ApolloClient } from "@apollo/client";
import { type GraphQLFormattedError, print } from "graphql";
import { backOnline, fullJitter, pause } from "@/api/backoff";
import { failureOfGraphQL } from "@/api/errors";
import { eventsOf } from "@/api/eventStream";
import { INSTANCE_HEADER, pinnedInstance } from "@/api/instance";
import { serviceOf } from "@/api/routing";
import { inStreamSlot } from "@/api/streamSlot";
import type { Tokens } from "@/api/tokens";
import { InboxDocument, type InboxSubscription } from "@/gql/receiver/graphql";
import type { Loss, Transport, TransportListener } from "./transport";

/** The other side sends at least a comment every ten seconds; a stream that is silent for so long is dead. */
const SILENCE_MS = 25_000;
/** Whatever is asked of us, we come back after so long. */
const RETRY_AT_MOST_MS = 60_000;

interface Dependencies {
  client: ApolloClient;
  tokens: Tokens;
  me: string;
}

interface Answer {
  data?: InboxSubscription | null;
  errors?: GraphQLFormattedError[];
}

/** How a stream ended. */
interface End {
  loss: Loss | "refused";
  /** Whether anything was received before: then the next attempt is a first one again. */
  received?: boolean;
  /** How long to stay away at least. */
  awayMs?: number;
}

/** The same subscription as server-sent events, for networks that let requests through and no sockets. */
export function streamTransport(deps: Dependencies): Transport {
  // Beyond one opening: a service that was full says when to ask again, and means all of us.
  let notBefore = 0;
  const listen = async (listener: TransportListener, closed: AbortSignal) => {
    for (let attempt = 0; !closed.aborted; attempt += 1) {
      await pause(Math.max(0, notBefore - Date.now()), closed);
      const once = () => listenOnce(deps, listener, closed);
      const { loss, received, awayMs = 0 } = await inStreamSlot<End>(once, { loss: "unreachable" });
      if (closed.aborted) return;
      if (loss === "refused") return listener.refused();
      notBefore = Date.now() + awayMs;
      if (received) attempt = 0;
      listener.disconnected(loss);
      await backOnline(awayMs + fullJitter(attempt), closed);
    }
  };
  return {
    name: "sse",
    open(listener) {
      const closed = new AbortController();
      void listen(listener, closed.signal);
      return () => closed.abort();
    },
  };
}

/** One stream, from the positions of now to its end. */
async function listenOnce(deps: Dependencies, listener: TransportListener, closed: AbortSignal): Promise<End> {
  const { client, tokens, me } = deps;
  const token = await tokens.accessTokenOrLast();
  const dead = new AbortController();
  let silence = setTimeout(() => dead.abort(), SILENCE_MS);
  // A browser that says it is offline leaves requests to time out; ending them at once shows the truth at once.
  addEventListener("offline", () => dead.abort(), { signal: dead.signal });
  let through = false;
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => dead.abort(), SILENCE_MS);
    // Not before something has come through: a proxy that holds everything back looks just like a connection.
    if (!through && !closed.aborted) listener.connected();
    through = true;
  };
  let received = false;
  try {
    const response = await ask(client, token, listener.after(), AbortSignal.any([closed, dead.signal]));
    if (!response.body || !response.headers.get("content-type")?.startsWith("text/event-stream")) {
      return await refusal(response, tokens, token);
    }
    for await (const { event, data } of eventsOf(response.body, heard)) {
      if (closed.aborted) break;
      // Not meant to end while we listen, so there is no hurry to begin again.
      if (event === "complete") return { loss: "interrupted", received, awayMs: 500 + fullJitter(3) };
      if (event !== "next") continue;
      const answer = JSON.parse(data) as Answer;
      // What comes with an error is not whole, and no position may be moved past it.
      const [error] = answer.errors ?? [];
      if (error || !answer.data) return failed(error, tokens, token);
      received = true;
      listener.receive(answer.data.inbox);
      if (answer.data.inbox.feedId === me && answer.data.inbox.caughtUp) listener.caughtUp();
    }
    return { loss: "interrupted", received };
  } catch (error) {
    if (!closed.aborted) console.warn("the stream of events broke", error);
    return { loss: through ? "interrupted" : "unreachable", received };
  } finally {
    clearTimeout(silence);
    dead.abort();
  }
}

function ask(client: ApolloClient, token: string | undefined, after: string[], signal: AbortSignal): Promise<Response> {
  const pin = pinnedInstance();
  // As Apollo sends it: without the names of types the cache would not know what it is told of.
  const query = print(client.documentTransform.transformDocument(InboxDocument));
  return fetch(`/${serviceOf(InboxDocument)}/graphql`, {
    method: "POST",
    credentials: "omit",
    headers: {
      accept: "text/event-stream",
      "content-type": "application/json",
      ...(token && { authorization: `Bearer ${token}` }),
      ...(pin && { [INSTANCE_HEADER]: pin }),
    },
    body: JSON.stringify({ operationName: "Inbox", query, variables: { after } }),
    signal,
  });
}

/** An answer that is no stream: from the service, or from whatever stands between and lets none through. */
async function refusal(response: Response, tokens: Tokens, token: string | undefined): Promise<End> {
  if (response.status === 400) {
    const { errors } = (await response.json()) as Answer;
    if (errors?.[0]) return failed(errors[0], tokens, token);
  }
  if (response.status === 401) {
    tokens.reject(token);
    return { loss: "interrupted" };
  }
  // A service that is full bars this way as well; where it says for how long, we stay away for so long.
  const seconds = Number(response.headers.get("retry-after")) || 0;
  return { loss: "unreachable", awayMs: Math.min(Math.max(seconds * 1_000, 0), RETRY_AT_MOST_MS) };
}

/** The service's own word that this subscription cannot go on. */
function failed(error: GraphQLFormattedError | undefined, tokens: Tokens, token: string | undefined): End {
  console.warn("the live subscription answered with an error", error);
  const code = error && failureOfGraphQL(error).code;
  if (code === "BAD_USER_INPUT") return { loss: "refused" };
  if (code === "UNAUTHENTICATED") tokens.reject(token);
  return { loss: "interrupted", awayMs: 500 + fullJitter(3) };
}
