import { unmask } from "@/gql/receiver";
import { type PinEventsFragment, PinnedTextFragmentDoc } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";
import { putPin } from "./cache";

export const live = {
  apply: {
    // That a message was removed takes its pin, and comes with the message.
    MessagePinned({ at, actorId, message }, { cache, changes, feedId, cursor }) {
      changes.note(feedId, cursor);
      putPin(cache, unmask(PinnedTextFragmentDoc, message), { pinnedById: actorId ?? "", pinnedAt: at });
    },
    MessageUnpinned({ message }, { cache, changes, feedId, cursor }) {
      changes.note(feedId, cursor);
      putPin(cache, unmask(PinnedTextFragmentDoc, message), undefined);
    },
  },
} satisfies LiveHandlers<PinEventsFragment>;
