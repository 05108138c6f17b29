import { useApolloClient } from "@apollo/client/react";
import { useCallback } from "react";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";
import { unmask } from "@/gql/sender";
import { RemoveMessageDocument, SentMessageFragmentDoc } from "@/gql/sender/graphql";
import { complete } from "../model/deliver";
import { putMessage } from "../model/messageCache";
import { showText } from "../model/optimism";

/** Removes a message: gone at once, back if that was not accepted. Rejects with the reason. */
export function useRemoveMessage() {
  const client = useApolloClient();
  return useCallback(
    async (message: MessageFieldsFragment) => {
      const undo = showText(client.cache, message, { content: null, removedAt: new Date().toISOString() });
      try {
        const { data } = await client.mutate({
          mutation: RemoveMessageDocument,
          variables: { input: { chatId: message.chatId, id: message.id } },
          fetchPolicy: "no-cache",
        });
        if (data) {
          putMessage(client.cache, complete(client.cache, unmask(SentMessageFragmentDoc, data.removeMessage.message)));
        }
      } catch (error) {
        undo();
        throw error;
      }
    },
    [client],
  );
}
