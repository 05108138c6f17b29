import { useApolloClient } from "@apollo/client/react";
import { useMemo } from "react";
import type { Pinning } from "@/features/messages";
import { isPinned } from "../cache";
import { setPinned } from "../lazy";

/** What the reader may do with the pins of a chat; none if nothing. */
export function usePinning(chatId: string, allowed: boolean): Pinning | undefined {
  const client = useApolloClient();
  return useMemo(() => {
    if (!allowed) return undefined;
    return {
      isPinned: (id) => isPinned(client.cache, chatId, id),
      set: (id, pinned) => void setPinned(client, chatId, id, pinned),
    };
  }, [client, chatId, allowed]);
}
