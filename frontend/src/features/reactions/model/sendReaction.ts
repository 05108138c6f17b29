import type { ApolloClient } from "@apollo/client";
import { AddReactionDocument, RemoveReactionDocument } from "@/gql/sender/graphql";
import { changesOf } from "@/live/changes";
import { putGroup, putOwn } from "../cache";
import type { ReactionGroup, ReactionWish } from "./reactionGroups";
import { type RecentReactions, recentReactions } from "./recentReactions";

/** A reaction as it is to be, and of which message. */
export interface WishedReaction extends ReactionWish {
  chatId: string;
  messageId: string;
}

/** Live delivery is about as fast as an answer; where it polls, it takes a little longer than this. */
const TOLD_WITHIN_MS = 1_500;

/**
 * Asks the service for a reaction, and resolves once what is shown without the wish is what was wished: by the answer, or by
 * the events. An answer tells how many there are after this very change. If others were told of meanwhile, nobody knows
 * which is later; then the event of this change, which comes in its place among theirs, is waited for.
 */
export async function sendReaction(client: ApolloClient, wish: WishedReaction, signal: AbortSignal): Promise<void> {
  const { chatId, messageId, emoji } = wish;
  const recent = recentReactions(changesOf(client.cache));
  const asked = recent.now();
  const group = await ask(client, wish, signal);
  const variant = wish.added ? wish.variant : null;
  const isTold = () =>
    recent
      .ownSince(asked)
      .some((told) => told.messageId === messageId && told.emoji === emoji && told.variant === variant);
  if (recent.hasChanged(messageId, emoji, asked)) {
    if (isTold() || (await happens(recent, isTold))) return;
    // It was so before: there is nothing to tell.
    putOwn(client.cache, { chatId, messageId, emoji, variant });
    return;
  }
  client.cache.batch({
    update(cache) {
      putGroup(cache, messageId, group);
      putOwn(cache, { chatId, messageId, emoji, variant });
    },
  });
  recent.note(messageId, group, variant);
}

async function ask(client: ApolloClient, wish: WishedReaction, signal: AbortSignal): Promise<ReactionGroup> {
  const { chatId, messageId, emoji, variant } = wish;
  const how = { fetchPolicy: "no-cache", context: { signal } } as const;
  if (wish.added) {
    const input = { chatId, messageId, emoji: variant };
    const { data } = await client.mutate({ mutation: AddReactionDocument, variables: { input }, ...how });
    if (data) return data.addReaction.reactionGroup;
  } else {
    const input = { chatId, messageId, emoji };
    const { data } = await client.mutate({ mutation: RemoveReactionDocument, variables: { input }, ...how });
    if (data) return data.removeReaction.reactionGroup;
  }
  throw new Error("an answer without data");
}

/** Whether it becomes so while one waits. */
function happens(recent: RecentReactions, isSo: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (so: boolean) => {
      clearTimeout(timer);
      stop();
      resolve(so);
    };
    const timer = setTimeout(() => end(false), TOLD_WITHIN_MS);
    const stop = recent.clock.subscribe(() => isSo() && end(true));
  });
}
