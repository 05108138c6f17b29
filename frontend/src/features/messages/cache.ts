import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldFunctionOptions, FieldPolicy, TypePolicies } from "@apollo/client/cache";
import { argumentsOf, modifyCache } from "@/api/modifyCache";
import {
  type CachedMessageFragment,
  CachedMessageFragmentDoc,
  type KnownMessageFragment,
  KnownMessageFragmentDoc,
} from "@/gql/receiver/graphql";

/** One loaded message of a chat. Live messages have no pagination cursor until a page brings it. */
interface MessageEdge {
  __typename: "MessageEdge";
  cursor: string;
  node: Reference;
}

interface StoredMessages {
  __typename: "MessageConnection";
  edges: readonly MessageEdge[];
}

/** So many messages of a chat may come live before the oldest of them are let go. */
const MAX_LOADED = 1_500;

/**
 * All loaded messages of a chat, by number, whatever page, jump or event brought them. Numbers are dense, so holes are
 * visible and the reader sees to them (see `model/contiguousRange.ts`).
 */
const messagesField: FieldPolicy<StoredMessages> = {
  keyArgs: ["chatId"],
  merge(existing, incoming, { readField }) {
    return { ...incoming, edges: mergeEdges(existing?.edges ?? [], incoming.edges, readField) };
  },
};

/** The newest message wins, whichever order a page and the live events come in. */
const lastMessageField: FieldPolicy<Reference | null> = {
  merge(existing, incoming, { readField }) {
    if (!existing || !incoming) return incoming ?? existing ?? null;
    return (readField<number>("number", incoming) ?? 0) >= (readField<number>("number", existing) ?? 0)
      ? incoming
      : existing;
  },
};

/** Facts that only grow: the larger wins, whichever order answers and events come in. */
const largest: FieldPolicy<number> = {
  merge: (existing, incoming) => Math.max(existing ?? 0, incoming),
};
const latest: FieldPolicy<string | null> = {
  merge: (existing, incoming) => (existing && (!incoming || existing > incoming) ? existing : incoming),
};

/** Of one chat, above any mark that is in use: beyond these the count may be too high. */
const MAX_REMOVED_NUMBERS = 10_000;

/** What is removed stays so: whatever answer or event tells of it, and in whichever order. */
const removedNumbers: FieldPolicy<readonly number[]> = {
  merge: (existing, incoming) => withNumbers(existing ?? [], incoming),
  // A copy that an earlier version kept on this device has none.
  read: (existing) => existing ?? [],
};

function withNumbers(known: readonly number[], more: readonly number[]): readonly number[] {
  const unknown = more.filter((number) => !known.includes(number));
  return unknown.length === 0 ? known : [...known, ...unknown].sort((a, b) => a - b).slice(-MAX_REMOVED_NUMBERS);
}

export const policies: TypePolicies = {
  Query: { fields: { messages: messagesField } },
  Message: { keyFields: ["id"] },
  Chat: { fields: { messageCount: largest, lastMessageAt: latest, lastMessage: lastMessageField, removedNumbers } },
};

type ReadField = FieldFunctionOptions["readField"];

function mergeEdges(
  existing: readonly MessageEdge[],
  incoming: readonly MessageEdge[],
  readField: ReadField,
): MessageEdge[] {
  const byNumber = new Map<number, MessageEdge>();
  for (const edge of [...existing, ...incoming]) {
    const number = readField<number>("number", edge.node);
    if (number === undefined) continue;
    const known = byNumber.get(number);
    byNumber.set(number, edge.cursor || !known ? edge : known);
  }
  return [...byNumber.entries()].sort(([a], [b]) => a - b).map(([, edge]) => edge);
}

/** A message that is known, in the newest revision that has been heard of. */
export function knownMessage(cache: ApolloCache, messageId: string): KnownMessageFragment | null {
  return cache.readFragment({
    id: cache.identify({ __typename: "Message", id: messageId })!,
    fragment: KnownMessageFragmentDoc,
    fragmentName: "KnownMessage",
  });
}

/** Writes a message as it is now, unless a newer revision of it is known. */
export function putMessage(cache: ApolloCache, message: CachedMessageFragment): void {
  const id = cache.identify({ __typename: "Message", id: message.id })!;
  const known = knownMessage(cache, message.id);
  if (known && known.revision > message.revision) return;
  cache.writeFragment({ id, fragment: CachedMessageFragmentDoc, fragmentName: "CachedMessage", data: message });
}

/**
 * The same for a message that was added: it also takes its place among the loaded messages of its chat. Calling it
 * again with the same message changes nothing.
 */
export function addMessage(cache: ApolloCache, message: CachedMessageFragment): void {
  putMessage(cache, message);
  const id = cache.identify({ __typename: "Message", id: message.id })!;
  modifyCache(cache, "ROOT_QUERY", {
    messages(existing: StoredMessages, { storeFieldName, readField, toReference }) {
      if (argumentsOf(storeFieldName).chatId !== message.chatId) return existing;
      const node = toReference(id);
      if (!node || existing.edges.some((edge) => edge.node.__ref === id)) return existing;
      const edge: MessageEdge = { __typename: "MessageEdge", cursor: "", node };
      return { ...existing, edges: mergeEdges(existing.edges, [edge], readField).slice(-MAX_LOADED) };
    },
  });
}

/**
 * Lets go of the loaded messages of a chat that are not between two numbers: what is far from the reader is a page away,
 * and a day of scrolling must not fill the memory.
 */
export function keepMessages(cache: ApolloCache, chatId: string, from: number, to = Number.POSITIVE_INFINITY): void {
  modifyCache(cache, "ROOT_QUERY", {
    messages(existing: StoredMessages, { storeFieldName, readField }) {
      if (argumentsOf(storeFieldName).chatId !== chatId) return existing;
      const edges = existing.edges.filter((edge) => {
        const number = readField<number>("number", edge.node) ?? 0;
        return from <= number && number <= to;
      });
      return edges.length === existing.edges.length ? existing : { ...existing, edges };
    },
  });
  cache.gc();
}

/** A message was added: the chat counts it, shows it and moves up, unless it knows a later one. */
export function countMessage(
  cache: ApolloCache,
  message: { id: string; chatId: string; number: number; createdAt: string },
): void {
  modifyCache(cache, cache.identify({ __typename: "Chat", id: message.chatId })!, {
    messageCount: (count: number) => Math.max(count, message.number),
    lastMessageAt: (at: string | null) => (at && at > message.createdAt ? at : message.createdAt),
    lastMessage(existing: Reference | null, { readField, toReference }) {
      const known = existing ? (readField<number>("number", existing) ?? 0) : 0;
      return message.number > known ? toReference({ __typename: "Message", id: message.id })! : existing;
    },
  });
}

/** A message was removed: there is nothing left to read at its number. */
export function countRemoval(cache: ApolloCache, message: { chatId: string; number: number }): void {
  modifyCache(cache, cache.identify({ __typename: "Chat", id: message.chatId })!, {
    removedNumbers: (known: readonly number[]) => withNumbers(known, [message.number]),
  });
}

/** Forgets the loaded messages of a chat; an open conversation loads its newest page again. */
export function forget(cache: ApolloCache, chatId: string): void {
  cache.evict({ id: "ROOT_QUERY", fieldName: "messages", args: { chatId } });
}
