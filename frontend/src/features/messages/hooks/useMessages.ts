import { useApolloClient, useQuery } from "@apollo/client/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { unmask } from "@/gql/receiver";
import { MessageFieldsFragmentDoc, MessagesDocument, type MessagesQueryVariables } from "@/gql/receiver/graphql";
import { loadPage, PAGE, shownOf } from "../model/loadPage";
import { keepMessages } from "../model/messageCache";
import { runAround } from "../model/runs";

/** Reading on, a reader has so many behind them before the first are let go. */
const HELD = 300;

/**
 * The messages of a chat around one place: the newest, or a message that was jumped to. Pages land in the cache, where
 * live events land too; what is shown is the stretch without a hole around that place.
 */
export function useMessages(chatId: string, messageCount: number) {
  const client = useApolloClient();
  const { data, error, refetch } = useQuery(MessagesDocument, { variables: shownOf(chatId) });
  const [anchor, setAnchor] = useState<number>();
  const [loading, setLoading] = useState<"older" | "newer">();
  const busy = useRef(false);

  const edges = useMemo(
    () =>
      (data?.messages.edges ?? []).map(({ cursor, node }) => ({
        cursor,
        message: unmask(MessageFieldsFragmentDoc, node),
        number: unmask(MessageFieldsFragmentDoc, node).number,
      })),
    [data?.messages.edges],
  );
  const run = useMemo(() => runAround(edges, anchor), [edges, anchor]);
  const messages = useMemo(() => run.map((edge) => edge.message), [run]);
  const firstNumber = run[0]?.number ?? 1;
  const lastNumber = run.at(-1)?.number ?? 0;
  // Around the newest there is nothing later, but for what is about to be loaded.
  const atEnd = anchor === undefined || lastNumber >= messageCount;

  const load = useCallback(
    async (what: "older" | "newer", variables: Omit<MessagesQueryVariables, "chatId">) => {
      if (busy.current) return;
      busy.current = true;
      setLoading(what);
      try {
        await loadPage(client, { chatId, ...variables });
      } catch (error) {
        console.warn("a page of messages could not be loaded; scrolling asks again", error);
      } finally {
        busy.current = false;
        setLoading(undefined);
      }
    },
    [client, chatId],
  );

  // A live message has no pagination cursor; the page around it has everything there is about that place.
  const loadOlder = useCallback(() => {
    const [first] = run;
    if (!first || first.number === 1 || busy.current) return;
    if (run.length > HELD) {
      setAnchor(first.number);
      keepMessages(client.cache, chatId, first.number, first.number + HELD - 1);
    }
    void load("older", first.cursor ? { last: PAGE, before: first.cursor } : { first: PAGE, around: first.message.id });
  }, [client, chatId, run, load]);
  const loadNewer = useCallback(() => {
    const last = run.at(-1);
    if (!last || last.number >= messageCount || busy.current) return;
    if (run.length > HELD) {
      setAnchor((held) => (held === undefined ? undefined : last.number));
      keepMessages(client.cache, chatId, last.number - HELD + 1);
    }
    void load("newer", last.cursor ? { first: PAGE, after: last.cursor } : { first: PAGE, around: last.message.id });
  }, [client, chatId, run, load, messageCount]);

  // The page was answered before, but arrived after, events for this chat: close the gap that they left.
  useEffect(() => {
    if (atEnd && data && lastNumber < messageCount) loadNewer();
  }, [atEnd, data, lastNumber, messageCount, loadNewer]);

  // What is loaded changes with every page: what leads to a message must not, or every row would be made anew.
  const held = useRef(edges);
  useEffect(() => {
    held.current = edges;
  }, [edges]);
  const jumpTo = useCallback(
    async (id: string): Promise<void> => {
      let found = held.current.find((edge) => edge.message.id === id)?.number;
      if (found === undefined) {
        const answer = await loadPage(client, { chatId, around: id, first: PAGE });
        found = answer.messages.edges
          .map((edge) => unmask(MessageFieldsFragmentDoc, edge.node))
          .find((message) => message.id === id)?.number;
      }
      if (found !== undefined) setAnchor(found);
    },
    [client, chatId],
  );

  /** Back to where it goes on: to a page of the newest, without all that lies between. */
  const jumpToNewest = useCallback(async (): Promise<void> => {
    if (!atEnd) {
      await loadPage(client, shownOf(chatId));
      keepMessages(client.cache, chatId, messageCount - PAGE + 1);
    }
    setAnchor(undefined);
  }, [client, chatId, atEnd, messageCount]);

  return {
    messages,
    loading,
    loaded: data !== undefined,
    error,
    retry: refetch,
    hasOlder: firstNumber > 1,
    atEnd,
    loadOlder,
    loadNewer,
    jumpTo,
    jumpToNewest,
  };
}
