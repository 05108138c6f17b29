import type { ApolloCache } from "@apollo/client";
import { unmask } from "@/gql/receiver";
import { InboxEventFragmentDoc, InboxSignalFragmentDoc, type InboxSubscription } from "@/gql/receiver/graphql";
import { changesOf } from "./changes";
import type { AnyLiveHandlers, LiveServices } from "./handlers";
import type { FeedPositions } from "./positions";

export type Batch = InboxSubscription["inbox"];

/** What is known of every event, of whatever kind. */
export interface AppliedEvent {
  id: string;
  seq: number;
}

/** For whom batches are applied, and by what. */
export interface Applier {
  me: string;
  handlers: readonly AnyLiveHandlers[];
  services: LiveServices;
}

/**
 * Applies a batch in one cache transaction and then, not before, moves the feed's position. Events that the position
 * already covers are skipped; the others are the answer. A batch with `reset` is not for here: its events are not all there
 * were.
 */
export function applyBatch(
  cache: ApolloCache,
  positions: FeedPositions,
  batch: Batch,
  { me, handlers, services }: Applier,
): readonly AppliedEvent[] {
  const { feedId, cursor } = batch;
  const events = unmask(InboxEventFragmentDoc, batch.events).filter(
    (event) => !positions.hasApplied(feedId, event.seq),
  );
  const signals = unmask(InboxSignalFragmentDoc, batch.signals);
  const told = [...events, ...signals];
  const changes = changesOf(cache);
  cache.batch({
    update(target) {
      for (const one of told) {
        for (const { apply } of handlers) {
          apply?.[one.__typename]?.(one, { cache: target, me, feedId, cursor, changes });
        }
      }
    },
  });
  positions.advance(feedId, cursor, events.at(-1)?.seq ?? 0);
  for (const one of told) {
    const actorId = "actorId" in one ? (one.actorId ?? null) : null;
    for (const { notify } of handlers) {
      notify?.[one.__typename]?.(one, { me, feedId, cursor, actorId, positions, services });
    }
  }
  return events;
}
