import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useRef } from "react";
import { unmask } from "@/gql/receiver";
import { CachedMessageFragmentDoc } from "@/gql/receiver/graphql";
import { keepMessages } from "../cache";
import { loadPage } from "../model/loadPage";
import { edgesOf, PAGE, placeOf, type Timeline } from "../model/timeline";
import type { MessageWindow } from "./useMessageWindow";

/** Shows another place of a chat or a thread: a message, which is loaded if need be, or the newest one. */
export function useMessageJumps(timeline: Timeline, count: number, shown: MessageWindow) {
  const client = useApolloClient();
  const { edges, atEnd, setAnchor } = shown;
  // What is loaded changes with every page: what leads to a message must not, or every row would be made anew.
  const held = useRef(edges);
  useEffect(() => {
    held.current = edges;
  }, [edges]);
  const jumpTo = useCallback(
    async (id: string): Promise<void> => {
      let found = held.current.find((edge) => edge.message.id === id)?.number;
      if (found === undefined) {
        // What a thread begins with stands above its first reply.
        const isRoot = id === timeline.rootId;
        const answer = await loadPage(client, timeline, isRoot ? { first: PAGE } : { around: id, first: PAGE });
        const messages = edgesOf(answer).map((edge) => unmask(CachedMessageFragmentDoc, edge.node));
        const message = isRoot ? messages[0] : messages.find((one) => one.id === id);
        found = message && placeOf(timeline, message);
      }
      if (found !== undefined) setAnchor(found);
    },
    [client, timeline, setAnchor],
  );

  /** Back to where it goes on: to a page of the newest, without all that lies between. */
  const jumpToNewest = useCallback(async (): Promise<void> => {
    if (!atEnd) {
      await loadPage(client, timeline, { last: PAGE });
      keepMessages(client.cache, timeline, count - PAGE + 1);
    }
    setAnchor(undefined);
  }, [client, timeline, atEnd, count, setAnchor]);

  return { jumpTo, jumpToNewest };
}
