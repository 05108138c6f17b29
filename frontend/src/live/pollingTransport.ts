import type { ApolloClient } from "@apollo/client";
import { fullJitter, pause } from "@/api/backoff";
import { failureOf } from "@/api/errors";
import { FeedDocument, FeedPositionsDocument } from "@/gql/receiver/graphql";
import type { Batch } from "./applyBatch";
import type { FeedPositions } from "./positions";
import type { Transport, TransportListener } from "./transport";

/** While someone looks, and while nobody does. */
const EVERY_MS = 2_000;
const HIDDEN_EVERY_MS = 5_000;
/** A message moves its chat to the first page. Other changes of older chats are looked for in every so manieth round. */
const WHOLE_LIST_EVERY = 15;
const PAGE = 50;

interface Dependencies {
  client: ApolloClient;
  positions: FeedPositions;
  me: string;
}

/** Plain questions, again and again, where nothing else gets through. Typing and others' read marks are not told. */
export function pollingTransport(deps: Dependencies): Transport {
  return {
    name: "polling",
    open(listener) {
      const wake = new AbortController();
      const offline = () => listener.disconnected("interrupted");
      addEventListener("offline", offline, { signal: wake.signal });
      void pollUntil(wake.signal, deps, listener);
      return () => wake.abort();
    },
  };
}

async function pollUntil(closed: AbortSignal, deps: Dependencies, listener: TransportListener): Promise<void> {
  let failures = 0;
  for (let round = 0; !closed.aborted; round += 1) {
    try {
      if (navigator.onLine)
        await ask(deps, listener, closed, failures > 0 || round === 0, round % WHOLE_LIST_EVERY === 0);
      failures = navigator.onLine ? 0 : 1;
    } catch (error) {
      if (closed.aborted) return;
      if (failureOf(error).code === "BAD_USER_INPUT") return listener.refused();
      failures += 1;
      listener.disconnected("interrupted");
    }
    const every = document.visibilityState === "hidden" ? HIDDEN_EVERY_MS : EVERY_MS;
    await pause(failures > 1 ? fullJitter(failures) + 500 : every * (0.8 + 0.4 * Math.random()), closed);
  }
}

/** One round: where do the feeds stand, and what happened in those that have moved. */
async function ask(
  deps: Dependencies,
  listener: TransportListener,
  closed: AbortSignal,
  first: boolean,
  whole: boolean,
): Promise<void> {
  const { positions, me } = deps;
  const there = await readPositions(deps, whole);
  if (closed.aborted) return;
  if (first) listener.connected();
  const own = positions.cursorOf(me);
  // First, because it tells of chats that have been added, with all there is to know about them.
  if (own && own !== there.own) await catchUp(deps, listener, closed, me, own);
  for (const [chatId, cursor] of there.chats) {
    const known = positions.cursorOf(chatId);
    // A chat that was just added goes on from before its facts were read, so that nothing falls in between; one that nobody
    // has told of yet is told of as the stream would.
    if (!known) listener.receive(announcement(chatId, cursor));
    else if (known !== cursor) await catchUp(deps, listener, closed, chatId, known);
    if (closed.aborted) return;
  }
  listener.caughtUp();
}

function announcement(feedId: string, cursor: string): Batch {
  return { feedId, cursor, caughtUp: true, reset: null, events: [], signals: [] };
}

async function readPositions({ client }: Dependencies, whole: boolean) {
  const chats = new Map<string, string>();
  let own: string | undefined;
  let after: string | null = null;
  do {
    const answer: Awaited<ReturnType<typeof page>> = await page(client, after);
    own ??= answer.feedCursor;
    for (const chat of answer.nodes) chats.set(chat.id, chat.feedCursor);
    after = whole && answer.pageInfo.hasNextPage ? (answer.pageInfo.endCursor ?? null) : null;
  } while (after);
  return { own, chats };
}

async function page(client: ApolloClient, after: string | null) {
  const variables = { first: PAGE, after };
  const { data } = await client.query({ query: FeedPositionsDocument, variables, fetchPolicy: "no-cache" });
  if (!data) throw new Error("an answer without data");
  return data.chats;
}

async function catchUp(
  { client }: Dependencies,
  listener: TransportListener,
  closed: AbortSignal,
  id: string,
  from: string,
): Promise<void> {
  for (let after = from, more = true; more; ) {
    const variables = { id, after };
    const answer = await client.query({ query: FeedDocument, variables, fetchPolicy: "no-cache" }).catch((error) => {
      const { code } = failureOf(error);
      // They have left it meanwhile; their own feed tells.
      if (code === "FORBIDDEN" || code === "NOT_FOUND") return undefined;
      throw error;
    });
    if (closed.aborted || !answer?.data) return;
    const batch = answer.data.feed;
    listener.receive(batch);
    after = batch.cursor;
    more = !batch.caughtUp && !batch.reset;
  }
}
