import type { ThreadEventsFragment } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";
import { putReply } from "./cache";
import { isReply } from "./model/reply";

export const live = {
  apply: {
    MessageAdded({ message }, { cache, changes, feedId, cursor }) {
      if (!isReply(message)) return;
      putReply(cache, message);
      changes.noteDetail(feedId, cursor);
    },
  },
  notify: {
    MessageAdded({ message }, { services }) {
      if (isReply(message)) services.threads.replied(message);
    },
    MessageRemoved({ message: { threadRootId, number } }, { services }) {
      if (threadRootId) services.threads.removed(threadRootId, number);
    },
    ThreadFollowChanged: (follow, { services }) => services.threads.followed(follow),
    // Who returns follows what they followed.
    ChatAdded: (_, { services }) => services.threads.refreshSoon(),
    ChatLeft: ({ chatId }, { services }) => services.threads.leave(chatId),
    ChatRemoved: ({ chatId }, { services }) => services.threads.leave(chatId),
    ParticipantRemoved({ chatId, userId }, { me, services }) {
      if (userId === me) services.threads.leave(chatId);
    },
  },
} satisfies LiveHandlers<ThreadEventsFragment>;
