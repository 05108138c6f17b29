import { useQuery } from "@apollo/client/react";
import { useMemo, useState } from "react";
import { unmask } from "@/gql/receiver";
import { CachedMessageFragmentDoc, MessagesDocument } from "@/gql/receiver/graphql";
import { runAround } from "../model/contiguousRange";
import { shownOf } from "../model/loadPage";

/**
 * What is shown of the loaded messages of a chat: the stretch without a hole around one place, which is the newest message,
 * or the anchor. Pages land in the cache, where live events land too.
 */
export function useMessageWindow(chatId: string, messageCount: number) {
  const { data, error, refetch } = useQuery(MessagesDocument, { variables: shownOf(chatId) });
  const [anchor, setAnchor] = useState<number>();
  const edges = useMemo(
    () =>
      (data?.messages.edges ?? []).map(({ cursor, node }) => ({
        cursor,
        message: unmask(CachedMessageFragmentDoc, node),
        number: unmask(CachedMessageFragmentDoc, node).number,
      })),
    [data?.messages.edges],
  );
  const run = useMemo(() => runAround(edges, anchor), [edges, anchor]);
  const messages = useMemo(() => run.map((edge) => edge.message), [run]);
  const lastNumber = run.at(-1)?.number ?? 0;
  return {
    /** All that are loaded, in order of number. */
    edges,
    /** Those that are shown. */
    run,
    messages,
    /** Around the newest there is nothing later, but for what is about to be loaded. */
    atEnd: anchor === undefined || lastNumber >= messageCount,
    hasOlder: (run[0]?.number ?? 1) > 1,
    setAnchor,
    loaded: data !== undefined,
    error,
    retry: refetch,
  };
}

export type MessageWindow = ReturnType<typeof useMessageWindow>;
