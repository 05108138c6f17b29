import { InMemoryCache } from "@apollo/client";
import { chatField, chatPolicy, chatsField } from "@/features/chats/model/chatCache";
import { messagePolicy, messagesField } from "@/features/messages/model/messageCache";
import { participantPolicy } from "@/features/participants/model/participantCache";

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
    possibleTypes: {
      FeedEvent: [
        "ChatCreated",
        "ChatUpdated",
        "ChatRemoved",
        "MessageAdded",
        "MessageUpdated",
        "MessageRemoved",
        "ParticipantsAdded",
        "ParticipantRemoved",
        "ParticipantRoleChanged",
        "ChatAdded",
        "ChatLeft",
        "ReadMarkMoved",
        "SessionRevoked",
        "ProfileUpdated",
        "UnknownEvent",
      ],
      Signal: ["Typing", "ReadMark"],
    },
  });
}
