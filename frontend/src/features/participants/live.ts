import { unmask } from "@/gql/receiver";
import { CachedParticipantFragmentDoc, type ParticipantEventsFragment } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";
import { dropParticipant, moveReadMark, putParticipants, putRole } from "./cache";

export const live = {
  apply: {
    ParticipantsAdded({ participants }, { cache, me, changes, feedId, cursor }) {
      putParticipants(cache, unmask(CachedParticipantFragmentDoc, participants), me);
      changes.note(feedId, cursor);
    },
    ParticipantRemoved({ chatId, userId }, { cache, changes, feedId, cursor }) {
      dropParticipant(cache, chatId, userId);
      changes.note(feedId, cursor);
    },
    ParticipantRoleChanged({ chatId, userId, role }, { cache, changes, feedId, cursor }) {
      putRole(cache, chatId, userId, role);
      changes.note(feedId, cursor);
    },
    ReadMarkMoved: ({ chatId, lastReadNumber }, { cache, me }) => moveReadMark(cache, chatId, me, lastReadNumber),
  },
  notify: {
    // Whoever has left receives nothing more from that feed; a later return begins from the event that adds them.
    ParticipantRemoved({ userId }, { me, feedId, positions }) {
      if (userId === me) positions.leave(feedId);
    },
  },
} satisfies LiveHandlers<ParticipantEventsFragment>;
