import { useApolloClient } from "@apollo/client/react";
import { useCallback } from "react";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";
import { unmask } from "@/gql/sender";
import { SentMessageFragmentDoc, UpdateMessageDocument } from "@/gql/sender/graphql";
import { complete } from "../model/deliver";
import { putMessage } from "../model/messageCache";
import { showText } from "../model/optimism";

/** Changes the text of an own message: shown at once, taken back if it was not accepted. Rejects with the reason. */
export function useEditMessage() {
  const client = useApolloClient();
  return useCallback(
    async (message: MessageFieldsFragment, content: string) => {
      const undo = showText(client.cache, message, { content, editedAt: new Date().toISOString() });
      try {
        const { data } = await client.mutate({
          mutation: UpdateMessageDocument,
          variables: { input: { chatId: message.chatId, id: message.id, content } },
          fetchPolicy: "no-cache",
        });
        if (data) {
          putMessage(client.cache, complete(client.cache, unmask(SentMessageFragmentDoc, data.updateMessage.message)));
        }
      } catch (error) {
        undo();
        throw error;
      }
    },
    [client],
  );
}
