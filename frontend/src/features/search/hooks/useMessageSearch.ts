import { useApolloClient, useQuery } from "@apollo/client/react";
import { useDebouncedValue } from "@mantine/hooks";
import { useCallback, useEffect, useRef, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { SearchMessagesDocument } from "@/gql/receiver/graphql";
import { useOnline } from "@/ui/online";
import { finished } from "../model/syntax";

/** As long a pause in typing is taken for its end: the services answer about one search a second. */
const PAUSE_MS = 350;
/** When a service says no time. */
const RETRY_MS = 2_000;

/** Messages with these words, newest first, in all chats or in one: only those that answer the newest question. */
export function useMessageSearch(text: string, chatId: string | undefined) {
  const online = useOnline();
  const written = finished(text);
  const [query] = useDebouncedValue(written, PAUSE_MS);
  const skip = written === "" || query === "" || !online;
  const variables = { query, chatId: chatId ?? null };
  const { data, error, loading, refetch } = useQuery(SearchMessagesDocument, {
    variables,
    skip,
    fetchPolicy: "cache-and-network",
  });
  // What was found for other words is no answer to these.
  const current = !skip && query === written;
  const found = current ? data?.searchMessages : undefined;
  const pages = useMore(variables, found?.pageInfo.endCursor);
  const asking = error && !loading ? failureOf(error) : undefined;
  const failure = current ? (asking ?? pages.failure) : undefined;
  const again = useCallback(() => {
    if (pages.failure) pages.more();
    else refetch().catch(told);
  }, [pages.failure, pages.more, refetch]);
  useRetry(failure, again);
  return {
    edges: found?.edges ?? NOTHING,
    page: found,
    /** Asked and not answered yet, or about to be asked. */
    searching: online && written !== "" && !failure && (!found || pages.loading),
    failure,
    /** Nothing but what is on this device can be searched. */
    offline: !online && written !== "",
    more: pages.more,
    again,
  };
}

const NOTHING: readonly never[] = [];

/** The failure is shown. */
const told = () => {};

/** Goes on where the last page ended, and adds what it finds to what was found. */
function useMore(variables: { query: string; chatId: string | null }, after: string | null | undefined) {
  const client = useApolloClient();
  const { query, chatId } = variables;
  const [state, setState] = useState<{ of: string; loading: boolean; failure?: Failure }>({ of: "", loading: false });
  const of = JSON.stringify([query, chatId]);
  const busy = useRef("");
  const more = useCallback(() => {
    if (!after || busy.current === of) return;
    busy.current = of;
    setState({ of, loading: true });
    const ask = { query: SearchMessagesDocument, fetchPolicy: "no-cache" as const };
    client
      .query({ ...ask, variables: { query, chatId, after } })
      .then(({ data }) => {
        client.cache.updateQuery({ query: SearchMessagesDocument, variables: { query, chatId } }, (held) =>
          held && data
            ? {
                searchMessages: {
                  ...data.searchMessages,
                  edges: [...held.searchMessages.edges, ...data.searchMessages.edges],
                },
              }
            : held,
        );
        setState((now) => (now.of === of ? { of, loading: false } : now));
      })
      .catch((error) => setState((now) => (now.of === of ? { of, loading: false, failure: failureOf(error) } : now)))
      .finally(() => {
        if (busy.current === of) busy.current = "";
      });
  }, [client, query, chatId, after, of]);
  const isOurs = state.of === of;
  return { more, loading: isOurs && state.loading, failure: isOurs ? state.failure : undefined };
}

/** Whoever searches faster than the service allows need not press anything for it. */
function useRetry(failure: Failure | undefined, again: () => void): void {
  const wait = failure?.code === "RATE_LIMITED" ? (failure.retryAfterMs ?? RETRY_MS) : undefined;
  const latest = useRef(again);
  useEffect(() => {
    latest.current = again;
  }, [again]);
  useEffect(() => {
    if (wait === undefined) return;
    // Until it is answered: the same failure again is nothing new to anyone.
    const timer = setInterval(() => latest.current(), wait);
    return () => clearInterval(timer);
  }, [wait]);
}
