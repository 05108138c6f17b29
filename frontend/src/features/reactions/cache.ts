import type { ApolloCache } from "@apollo/client";
import type { FieldPolicy, TypePolicies } from "@apollo/client/cache";
import { argumentsOf, modifyCache } from "@/api/modifyCache";
import { ViewerStateDocument, type ViewerStateQuery, type ViewerStateQueryVariables } from "@/gql/receiver/graphql";
import { type OwnReaction, type ReactionGroup, withGroup } from "./model/reactionGroups";

type Own = ViewerStateQuery["viewerState"];

interface StoredReaction extends OwnReaction {
  __typename: "ViewerReaction";
  messageId: string;
}

interface StoredGroup extends ReactionGroup {
  __typename: "ReactionGroup";
}

/** Numbers of messages, from one to another. */
export type Range = readonly [from: number, to: number];

interface StoredViewerState {
  __typename: "ViewerState";
  reactions: readonly StoredReaction[];
  /** The messages whose reactions of the reader's own are known; the events keep them so. */
  known?: readonly Range[];
}

/** All that is known of the reader's own reactions in a chat, whatever page brought it: an answer holds for its numbers. */
const viewerStateField: FieldPolicy<StoredViewerState> = {
  keyArgs: ["chatId"],
  merge(existing, incoming, { args, readField, toReference }) {
    const [from, to] = [Number(args?.fromNumber), Number(args?.toNumber)];
    const isAnswered = ({ messageId }: StoredReaction) => {
      const number = readField<number>("number", toReference({ __typename: "Message", id: messageId }));
      return incoming.reactions.some((other) => other.messageId === messageId) || isWithin(number, [from, to]);
    };
    const others = (existing?.reactions ?? []).filter((reaction) => !isAnswered(reaction));
    return {
      ...incoming,
      reactions: [...others, ...incoming.reactions],
      known: [...(existing?.known ?? []), [from, to]],
    };
  },
};

export const isWithin = (number: number | undefined, [from, to]: Range) =>
  number !== undefined && from <= number && number <= to;

export const policies: TypePolicies = {
  Query: { fields: { viewerState: viewerStateField } },
  Message: {
    fields: {
      // A copy that an earlier version kept on this device has none.
      reactionGroups: {
        merge: (_, incoming) => incoming,
        read: (existing: StoredGroup[] | undefined) => existing ?? [],
      },
    },
  },
};

/** By which the reader's own reactions in a chat are read from the cache. */
export const ownIn = (chatId: string): ViewerStateQueryVariables => ({ chatId, fromNumber: 0, toNumber: 0 });

export function modifyOwn(
  cache: ApolloCache,
  chatId: string,
  change: (state: StoredViewerState) => StoredViewerState,
): void {
  modifyCache(cache, "ROOT_QUERY", {
    viewerState: (existing: StoredViewerState, { storeFieldName }) =>
      argumentsOf(storeFieldName).chatId === chatId ? change(existing) : existing,
  });
}

/** The reader has reacted to a message with an emoji, in some tone; or no longer has. */
export function putOwn(
  cache: ApolloCache,
  { chatId, messageId, emoji, variant }: { chatId: string; messageId: string; emoji: string; variant: string | null },
): void {
  let begun = false;
  const reaction = { __typename: "ViewerReaction" as const, messageId, emoji };
  modifyOwn(cache, chatId, (state) => {
    begun = true;
    const before = state.reactions.find((one) => one.messageId === messageId && one.emoji === emoji);
    if ((before?.variant ?? null) === variant) return state;
    const others = state.reactions.filter((one) => one !== before);
    return { ...state, reactions: variant === null ? others : [...others, { ...reaction, variant }] };
  });
  if (begun || variant === null) return;
  // The first that is known in this chat; it says nothing of any other message.
  const viewerState = { __typename: "ViewerState", reactions: [{ ...reaction, variant }] } as Own;
  cache.writeQuery({
    query: ViewerStateDocument,
    variables: { chatId, fromNumber: 1, toNumber: 0 },
    data: { viewerState },
  });
}

/** What there is of one emoji on a message now. Nothing comes to a message that was removed. */
export function putGroup(cache: ApolloCache, messageId: string, group: ReactionGroup): void {
  modifyCache(cache, cache.identify({ __typename: "Message", id: messageId }), {
    reactionGroups(existing: readonly StoredGroup[], { readField }) {
      if (readField("removedAt")) return existing;
      const before = existing.find(({ emoji }) => emoji === group.emoji);
      if ((before?.count ?? 0) === group.count && (!before || before.position === group.position)) return existing;
      return withGroup(existing, { __typename: "ReactionGroup", ...group });
    },
  });
}

/** Forgets which reactions in a chat are the reader's own, and that this was known. */
export function forget(cache: ApolloCache, chatId: string): void {
  cache.evict({ id: "ROOT_QUERY", fieldName: "viewerState", args: { chatId } });
}
