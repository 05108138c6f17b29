import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useRef } from "react";
import { unmask } from "@/gql/receiver";
import { CachedMessageFragmentDoc } from "@/gql/receiver/graphql";
import { keepMessages } from "../cache";
import { loadPage, PAGE, shownOf } from "../model/loadPage";
import type { MessageWindow } from "./useMessageWindow";

/** Shows another place of the chat: a message, which is loaded if need be, or the newest one. */
export function useMessageJumps(chatId: string, messageCount: number, shown: MessageWindow) {
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
        const answer = await loadPage(client, { chatId, around: id, first: PAGE });
        found = answer.messages.edges
          .map((edge) => unmask(CachedMessageFragmentDoc, edge.node))
          .find((message) => message.id === id)?.number;
      }
      if (found !== undefined) setAnchor(found);
    },
    [client, chatId, setAnchor],
  );

  /** Back to where it goes on: to a page of the newest, without all that lies between. */
  const jumpToNewest = useCallback(async (): Promise<void> => {
    if (!atEnd) {
      await loadPage(client, shownOf(chatId));
      keepMessages(client.cache, chatId, messageCount - PAGE + 1);
    }
    setAnchor(undefined);
  }, [client, chatId, atEnd, messageCount, setAnchor]);

  return { jumpTo, jumpToNewest };
}
