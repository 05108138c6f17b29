import { useApolloClient } from "@apollo/client/react";
import { useMemo } from "react";
import { moveReadMark } from "@/features/participants";
import { MarkAsReadDocument } from "@/gql/sender/graphql";
import { useSignedIn } from "@/session/services";
import type { Reading } from "./useMarkAsRead";

/** The reader's mark in a chat. */
export function useChatReading(chatId: string): Reading {
  const client = useApolloClient();
  const { me } = useSignedIn();
  return useMemo(
    () => ({
      move: (number) => moveReadMark(client.cache, chatId, me, number),
      tell: (number) => client.mutate({ mutation: MarkAsReadDocument, variables: { input: { chatId, number } } }),
    }),
    [client, chatId, me],
  );
}
