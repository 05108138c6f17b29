import type { ApolloCache } from "@apollo/client";
import { changesOf } from "@/api/changes";
import { moveReadMark } from "@/features/participants/model/participantCache";
import { unmask } from "@/gql/receiver";
import {
  InboxEventFragmentDoc,
  InboxSignalFragmentDoc,
  type InboxSubscription,
  MessageFieldsFragmentDoc,
} from "@/gql/receiver/graphql";
import { applyEvent } from "./applyEvent";
import { noteChange } from "./noteChange";
import type { FeedPositions } from "./positions";

export type Batch = InboxSubscription["inbox"];

/** What live delivery tells besides the cache. */
export interface LiveListeners {
  /** `until` by the service's clock. */
  typing(chatId: string, userId: string, until: number): void;
  /** A message of somebody else arrived, for announcing it. */
  messageAdded(message: { chatId: string; senderId: string; id: string }): void;
}

/**
 * Applies a batch in one cache transaction and then, not before, moves the feed's position. Events that the position
 * already covers are skipped. A batch with `reset` is not for here: its events are not all there were.
 */
export function applyBatch(
  cache: ApolloCache,
  positions: FeedPositions,
  batch: Batch,
  me: string,
  listeners: LiveListeners,
): void {
  const events = unmask(InboxEventFragmentDoc, batch.events).filter(
    (event) => !positions.hasApplied(batch.feedId, event.seq),
  );
  const signals = unmask(InboxSignalFragmentDoc, batch.signals);
  const changes = changesOf(cache);
  cache.batch({
    update(target) {
      for (const event of events) {
        applyEvent(target, event, me);
        noteChange(changes, event, batch);
      }
      for (const signal of signals) {
        if (signal.__typename === "ReadMark") moveReadMark(target, signal.chatId, signal.userId, signal.lastReadNumber);
      }
    },
  });
  positions.advance(batch.feedId, batch.cursor, events.at(-1)?.seq ?? 0);

  for (const event of events) {
    // Whoever has left receives nothing more from that feed; a later return begins from the event that adds them.
    if (event.__typename === "ChatLeft") positions.leave(event.chatId);
    if (event.__typename === "ParticipantRemoved" && event.userId === me) positions.leave(batch.feedId);
    if (event.__typename === "MessageAdded" && event.actorId && event.actorId !== me) {
      const { id, chatId, senderId } = unmask(MessageFieldsFragmentDoc, event.message);
      listeners.messageAdded({ id, chatId, senderId });
    }
  }
  for (const signal of signals) {
    if (signal.__typename === "Typing" && signal.userId !== me) {
      listeners.typing(signal.chatId, signal.userId, Date.parse(signal.until));
    }
  }
}
