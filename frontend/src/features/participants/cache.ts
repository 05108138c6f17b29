import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldPolicy, TypePolicies, TypePolicy } from "@apollo/client/cache";
import { modifyCache } from "@/api/modifyCache";
import {
  type CachedParticipantFragment,
  CachedParticipantFragmentDoc,
  type ParticipantRole,
} from "@/gql/receiver/graphql";

interface ParticipantEdge {
  __typename: "ParticipantEdge";
  cursor: string;
  node: Reference;
}

interface StoredParticipants {
  __typename: "ParticipantConnection";
  edges: readonly ParticipantEdge[];
  /** Of the last page; a chat's row in the list has none. */
  pageInfo?: { hasNextPage: boolean };
}

const participantPolicy: TypePolicy = {
  keyFields: ["chatId", "userId"],
  // Read marks only grow: the larger wins, whichever order answers, events and signals come in.
  fields: {
    lastReadNumber: { merge: (existing: number | undefined, incoming: number) => Math.max(existing ?? 0, incoming) },
    // A copy that an earlier version kept on this device has none.
    joinedNumber: { read: (existing: number | undefined) => existing ?? 0 },
  },
};

/**
 * The known participants of a chat, each once, whatever page or event brought them. The first page says who is there up to
 * where it ends: those who were known and are not in it have left while nobody told.
 */
const participantsField: FieldPolicy<StoredParticipants> = {
  keyArgs: false,
  merge(existing, incoming, { args, readField }) {
    const joinedAt = (edge: ParticipantEdge) => Date.parse(readField<string>("joinedAt", edge.node) ?? "");
    const isFirstPage = incoming.pageInfo !== undefined && !args?.after;
    const last = incoming.edges.at(-1);
    const end = incoming.pageInfo?.hasNextPage && last ? joinedAt(last) : Number.POSITIVE_INFINITY;
    const known = (existing?.edges ?? []).filter((edge) => !isFirstPage || joinedAt(edge) >= end);
    const byUser = new Map<string, ParticipantEdge>();
    for (const edge of isFirstPage ? [...incoming.edges, ...known] : [...known, ...incoming.edges])
      byUser.set(edge.node.__ref, byUser.get(edge.node.__ref)?.cursor ? byUser.get(edge.node.__ref)! : edge);
    return { ...existing, ...incoming, edges: [...byUser.values()] };
  },
};

export const policies: TypePolicies = {
  Chat: { fields: { participants: participantsField } },
  Participant: participantPolicy,
};

const entry = (cache: ApolloCache, chatId: string, userId: string) =>
  cache.identify({ __typename: "Participant", chatId, userId })!;

const chatEntry = (cache: ApolloCache, chatId: string) => cache.identify({ __typename: "Chat", id: chatId })!;

function isKnown(cache: ApolloCache, chatId: string, userId: string): boolean {
  let known = false;
  modifyCache(cache, chatEntry(cache, chatId), {
    participants(existing: StoredParticipants) {
      known = existing.edges.some((edge) => edge.node.__ref === entry(cache, chatId, userId));
      return existing;
    },
  });
  return known;
}

/**
 * People joined. The count of the chat grows by those not known yet; an event that brought the reader in is already
 * counted in the chat that came with it.
 */
export function putParticipants(
  cache: ApolloCache,
  participants: readonly CachedParticipantFragment[],
  me: string,
): void {
  const [first] = participants;
  if (!first) return;
  const { chatId } = first;
  const counted = participants.some((participant) => participant.userId === me);
  const unknown = participants.filter((participant) => !isKnown(cache, chatId, participant.userId));
  for (const participant of participants) {
    cache.writeFragment({
      id: entry(cache, chatId, participant.userId),
      fragment: CachedParticipantFragmentDoc,
      fragmentName: "CachedParticipant",
      data: participant,
    });
  }
  modifyCache(cache, chatEntry(cache, chatId), {
    participantCount: (count: number) => (counted ? count : count + unknown.length),
    participants(existing: StoredParticipants, { toReference }) {
      const edges = unknown.map(({ userId }) => ({
        __typename: "ParticipantEdge" as const,
        cursor: "",
        node: toReference({ __typename: "Participant", chatId, userId })!,
      }));
      return { ...existing, edges: [...existing.edges, ...edges] };
    },
  });
}

/** Someone left or was removed. */
export function dropParticipant(cache: ApolloCache, chatId: string, userId: string): void {
  hideParticipant(cache, chatId, userId);
  modifyCache(cache, chatEntry(cache, chatId), { participantCount: (count: number) => Math.max(0, count - 1) });
}

/** Takes someone out of the known participants, ahead of the event, which is the one that counts. */
export function hideParticipant(cache: ApolloCache, chatId: string, userId: string): void {
  const gone = entry(cache, chatId, userId);
  modifyCache(cache, chatEntry(cache, chatId), {
    participants: (existing: StoredParticipants) => ({
      ...existing,
      edges: existing.edges.filter((edge) => edge.node.__ref !== gone),
    }),
  });
}

export function putRole(cache: ApolloCache, chatId: string, userId: string, role: ParticipantRole): void {
  modifyCache(cache, entry(cache, chatId, userId), { role: () => role });
}

/** The reader has read up to a message, on any device. Marks never move back. What others have read is in their receipts. */
export function moveReadMark(cache: ApolloCache, chatId: string, me: string, number: number): void {
  modifyCache(cache, entry(cache, chatId, me), { lastReadNumber: (mark: number) => Math.max(mark, number) });
}
