import type { ReactionEventsFragment } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";
import { putGroup, putOwn } from "./cache";
import { recentReactions } from "./model/recentReactions";

export const live = {
  apply: {
    // That a message was removed tells that its reactions are gone, and comes with the message.
    ReactionChanged(
      { actorId, chatId, messageId, variant, added, reactionGroup },
      { cache, me, changes, feedId, cursor },
    ) {
      const own = added ? variant : null;
      putGroup(cache, messageId, reactionGroup);
      if (actorId === me) putOwn(cache, { chatId, messageId, emoji: reactionGroup.emoji, variant: own });
      recentReactions(changes).note(messageId, reactionGroup, actorId === me ? own : undefined);
      changes.noteDetail(feedId, cursor);
    },
  },
} satisfies LiveHandlers<ReactionEventsFragment>;
