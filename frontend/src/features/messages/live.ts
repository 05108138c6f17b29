import { moveReadMark } from "@/features/participants";
import { putReceipt } from "@/features/receipts";
import { unmask } from "@/gql/receiver";
import { CachedMessageFragmentDoc, type MessageEventsFragment } from "@/gql/receiver/graphql";
import type { Applying, LiveHandlers } from "@/live/handlers";
import { addMessage, countMessage, countOwnReply, countRemoval, putMessage } from "./cache";

type Event<Kind extends MessageEventsFragment["__typename"]> = Extract<MessageEventsFragment, { __typename: Kind }>;

function putChanged({ message: masked }: Event<"MessageUpdated" | "MessageRemoved">, { cache }: Applying): void {
  const message = unmask(CachedMessageFragmentDoc, masked);
  putMessage(cache, message);
  if (message.removedAt) countRemoval(cache, message);
}

export const live = {
  apply: {
    MessageAdded({ message: masked }, { cache, me }) {
      const message = unmask(CachedMessageFragmentDoc, masked);
      addMessage(cache, message);
      countMessage(cache, message);
      // Told late, it may be gone by now.
      if (message.removedAt) countRemoval(cache, message);
      const { chatId, senderId, number, threadRootId } = message;
      // Who sends has read: the sender moves the own mark in the same transaction. Who replies in a thread has read that.
      if (senderId === me) {
        if (threadRootId) countOwnReply(cache, message);
        else moveReadMark(cache, chatId, me, number);
      } else if (!threadRootId) putReceipt(cache, chatId, senderId, number);
    },
    MessageUpdated: putChanged,
    MessageRemoved: putChanged,
  },
  notify: {
    DraftChanged: (event, { services }) => services.drafts.told.set(event),
    MessageAdded({ message }, { actorId, me, services }) {
      if (!actorId || actorId === me) return;
      const { id, chatId, senderId } = unmask(CachedMessageFragmentDoc, message);
      // Who has sent no longer types.
      services.typing.stopped(chatId, senderId);
      services.incoming.set({ id, chatId });
    },
  },
} satisfies LiveHandlers<MessageEventsFragment>;
