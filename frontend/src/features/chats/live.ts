import { unmask } from "@/gql/receiver";
import {
  CachedChatFragmentDoc,
  ChangedChatFragmentDoc,
  type ChatEventsFragment,
  OwnParticipantFragmentDoc,
} from "@/gql/receiver/graphql";
import type { Applying, LiveHandlers } from "@/live/handlers";
import { listChat, putChatFacts, unlistChat } from "./cache";

type Event<Kind extends ChatEventsFragment["__typename"]> = Extract<ChatEventsFragment, { __typename: Kind }>;

function putFacts({ chat }: Event<"ChatCreated" | "ChatUpdated">, { cache, changes, feedId, cursor }: Applying): void {
  if (chat) putChatFacts(cache, unmask(ChangedChatFragmentDoc, chat));
  changes.note(feedId, cursor);
}

export const live = {
  apply: {
    ChatCreated: putFacts,
    ChatUpdated: putFacts,
    ChatRemoved({ chatId }, { cache, me, changes, feedId, cursor }) {
      unlistChat(cache, chatId, me);
      changes.note(feedId, cursor);
    },
    ChatLeft({ chatId }, { cache, me, changes, feedId, cursor }) {
      unlistChat(cache, chatId, me);
      changes.note(feedId, cursor);
      changes.note(chatId);
    },
    ChatAdded(event, { cache, me, changes, feedId, cursor }) {
      // Without either, they have left again meanwhile.
      if (event.chat && event.participant) {
        cache.writeFragment({
          id: cache.identify({ __typename: "Chat", id: event.chatId })!,
          fragment: CachedChatFragmentDoc,
          fragmentName: "CachedChat",
          data: unmask(CachedChatFragmentDoc, event.chat),
        });
        cache.writeFragment({
          id: cache.identify({ __typename: "Participant", chatId: event.chatId, userId: me })!,
          fragment: OwnParticipantFragmentDoc,
          fragmentName: "OwnParticipant",
          data: unmask(OwnParticipantFragmentDoc, event.participant),
        });
        listChat(cache, event.chatId, me);
      }
      changes.note(feedId, cursor);
      changes.note(event.chatId);
    },
  },
  notify: {
    // Its feed goes on from where it was read, also if the connection breaks before anything of it has come.
    ChatAdded({ chatId, chat, participant }, { positions }) {
      if (chat && participant) positions.begin(chatId, chat.feedCursor);
    },
    // Whoever has left receives nothing more from that feed; a later return begins from the event that adds them.
    ChatLeft: ({ chatId }, { positions }) => positions.leave(chatId),
  },
} satisfies LiveHandlers<ChatEventsFragment>;
