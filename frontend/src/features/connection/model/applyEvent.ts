import type { ApolloCache } from "@apollo/client";
import { editEntry } from "@/api/editEntry";
import { countMessage, countRemoval, listChat, putChatFacts, unlistChat } from "@/features/chats/model/chatCache";
import { addMessage, putMessage } from "@/features/messages/model/messageCache";
import {
  dropParticipant,
  moveReadMark,
  putParticipants,
  putRole,
} from "@/features/participants/model/participantCache";
import { unmask } from "@/gql/receiver";
import {
  ChatFactsFragmentDoc,
  ChatRowFragmentDoc,
  type InboxEventFragment,
  MessageFieldsFragmentDoc,
  OwnParticipantFragmentDoc,
  ParticipantFieldsFragmentDoc,
  PersonNameFragmentDoc,
} from "@/gql/receiver/graphql";

/** Writes one event into the cache. Applying it again, or after a snapshot that already holds it, changes nothing. */
export function applyEvent(cache: ApolloCache, event: InboxEventFragment, me: string): void {
  switch (event.__typename) {
    case "ChatCreated":
    case "ChatUpdated":
      if (event.chat) putChatFacts(cache, unmask(ChatFactsFragmentDoc, event.chat));
      break;
    case "ChatRemoved":
    case "ChatLeft":
      unlistChat(cache, event.chatId, me);
      break;
    case "MessageAdded": {
      const message = unmask(MessageFieldsFragmentDoc, event.message);
      addMessage(cache, message);
      countMessage(cache, message);
      // Told late, it may be gone by now.
      if (message.removedAt) countRemoval(cache, message);
      // Who sends has read: the sender moves the own mark in the same transaction.
      moveReadMark(cache, message.chatId, message.senderId, message.number);
      break;
    }
    case "MessageUpdated":
    case "MessageRemoved": {
      const message = unmask(MessageFieldsFragmentDoc, event.message);
      putMessage(cache, message);
      if (message.removedAt) countRemoval(cache, message);
      break;
    }
    case "ParticipantsAdded":
      putParticipants(cache, unmask(ParticipantFieldsFragmentDoc, event.participants), me);
      break;
    case "ParticipantRemoved":
      dropParticipant(cache, event.chatId, event.userId);
      break;
    case "ParticipantRoleChanged":
      putRole(cache, event.chatId, event.userId, event.role);
      break;
    case "ChatAdded":
      addChat(cache, event, me);
      break;
    case "ReadMarkMoved":
      moveReadMark(cache, event.chatId, me, event.lastReadNumber);
      break;
    case "ProfileUpdated":
      if (event.user) putProfile(cache, event.user);
      return;
    default:
      // SessionRevoked closes the socket by itself; a kind of tomorrow is only a position.
      break;
  }
}

function addChat(
  cache: ApolloCache,
  event: Extract<InboxEventFragment, { __typename: "ChatAdded" }>,
  me: string,
): void {
  // They have left again meanwhile.
  if (!event.chat || !event.participant) return;
  cache.writeFragment({
    id: cache.identify({ __typename: "Chat", id: event.chatId })!,
    fragment: ChatRowFragmentDoc,
    fragmentName: "ChatRow",
    data: unmask(ChatRowFragmentDoc, event.chat),
  });
  cache.writeFragment({
    id: cache.identify({ __typename: "Participant", chatId: event.chatId, userId: me })!,
    fragment: OwnParticipantFragmentDoc,
    fragmentName: "OwnParticipant",
    data: unmask(OwnParticipantFragmentDoc, event.participant),
  });
  listChat(cache, event.chatId, me);
}

function putProfile(
  cache: ApolloCache,
  user: NonNullable<Extract<InboxEventFragment, { __typename: "ProfileUpdated" }>["user"]>,
): void {
  const { id, username, displayName } = unmask(PersonNameFragmentDoc, user);
  editEntry(cache, cache.identify({ __typename: "User", id })!, {
    username: () => username,
    displayName: () => displayName,
    about: () => user.about,
  });
}
