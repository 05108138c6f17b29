import type { ApolloClient } from "@apollo/client";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ReactionChipsFragmentDoc, ViewerStateDocument } from "@/gql/receiver/graphql";
import { changesOf } from "@/live/changes";
import { knowsOwn, writeOwn } from "./ownReactions";
import { type RecentReactions, recentReactions } from "./recentReactions";

/** A loaded message. One that came live has no pagination cursor: its events tell of the reader's own reactions. */
export interface LoadedMessage {
  cursor: string;
  message: FragmentType<typeof ReactionChipsFragmentDoc> & { number: number };
}

/** So many numbers are asked for at once: the service's limit. */
const MAX_NUMBERS = 500;

/**
 * Finds out which reactions to the messages that a page brought are the reader's own, where that is not known yet. Pages
 * without reactions are not asked about.
 */
export async function loadOwnReactions(
  client: ApolloClient,
  chatId: string,
  messages: readonly LoadedMessage[],
): Promise<void> {
  const isKnown = knowsOwn(client.cache, chatId);
  const unknown = messages.filter(({ cursor, message }) => cursor !== "" && !isKnown(message.number));
  for (const stretch of stretchesOf(unknown)) {
    const [from, to] = [stretch[0]!.message.number, stretch.at(-1)!.message.number];
    if (stretch.some(isReacted)) await ask(client, { chatId, from, to });
    else writeOwn(client.cache, { chatId, from, to }, []);
  }
}

const isReacted = ({ message }: LoadedMessage) => unmask(ReactionChipsFragmentDoc, message).reactionGroups.length > 0;

async function ask(client: ApolloClient, range: { chatId: string; from: number; to: number }): Promise<void> {
  const recent = recentReactions(changesOf(client.cache));
  const asked = recent.now();
  const { data } = await client.query({
    query: ViewerStateDocument,
    variables: { chatId: range.chatId, fromNumber: range.from, toNumber: range.to },
    fetchPolicy: "no-cache",
  });
  if (!data) throw new Error("an answer without data");
  writeOwn(client.cache, range, withRecent(data.viewerState.reactions, recent, asked));
}

type Answered = readonly { messageId: string; emoji: string; variant: string }[];

/** The answer with what was told while it was on its way. What was told of other messages changes nothing of them. */
function withRecent(answered: Answered, recent: RecentReactions, asked: number): Answered {
  const told = recent.ownSince(asked);
  const isTold = (one: Answered[number]) =>
    told.some(({ messageId, emoji }) => one.messageId === messageId && one.emoji === emoji);
  const there = told.flatMap(({ variant, ...one }) => (variant === null ? [] : [{ ...one, variant }]));
  return [...answered.filter((one) => !isTold(one)), ...there];
}

/** Messages in order of number, cut where a number is missing and where there are too many. */
function stretchesOf(messages: readonly LoadedMessage[]): LoadedMessage[][] {
  const stretches: LoadedMessage[][] = [];
  for (const one of messages) {
    const stretch = stretches.at(-1);
    const previous = stretch?.at(-1)?.message.number;
    if (stretch && previous === one.message.number - 1 && stretch.length < MAX_NUMBERS) stretch.push(one);
    else stretches.push([one]);
  }
  return stretches;
}
