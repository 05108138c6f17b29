import { InMemoryCache } from "@apollo/client";
import { cacheSizes } from "@apollo/client/utilities";
import { chatField, chatPolicy, chatsField } from "@/features/chats/model/chatCache";
import { messagePolicy, messagesField } from "@/features/messages/model/messageCache";
import { participantPolicy } from "@/features/participants/model/participantCache";
import { possibleTypes } from "@/gql/possibleTypes";

// What Apollo remembers of past reads keeps every version of a long list alive, unless it is less than its own limits.
cacheSizes["inMemoryCache.executeSelectionSet"] = 8_000;
cacheSizes["inMemoryCache.executeSubSelectedArray"] = 60;

/** The one place where the features' cache policies meet. */
export function makeCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      Query: {
        fields: {
          chats: chatsField,
          messages: messagesField,
          chat: chatField,
        },
      },
      Account: { keyFields: [] },
      Chat: chatPolicy,
      Message: messagePolicy,
      Participant: participantPolicy,
    },
    possibleTypes,
  });
}
