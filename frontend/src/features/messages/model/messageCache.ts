import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldFunctionOptions, FieldPolicy, TypePolicy } from "@apollo/client/cache";
import { argumentsOf, editEntry } from "@/api/editEntry";
import { type MessageFieldsFragment, MessageFieldsFragmentDoc } from "@/gql/receiver/graphql";

/** One loaded message of a chat. Live messages have no pagination cursor until a page brings it. */
export interface MessageEdge {
  __typename: "MessageEdge";
  cursor: string;
  node: Reference;
}

interface StoredMessages {
  __typename: "MessageConnection";
  edges: readonly MessageEdge[];
}

/** So many messages of a chat may come live before the oldest of them are let go. */
const MOST_HELD = 1_500;

/** `Message.replyTo` is one of the fields that a message written by the sender's answer lacks, so it may be absent. */
export const messagePolicy: TypePolicy = { keyFields: ["id"] };

/**
 * All loaded messages of a chat, by number, whatever page, jump or event brought them. Numbers are dense, so holes are
 * visible and the reader sees to them (see `runs.ts`).
 */
export const messagesField: FieldPolicy<StoredMessages> = {
  keyArgs: ["chatId"],
  merge(existing, incoming, { readField }) {
    return { ...incoming, edges: mergeEdges(existing?.edges ?? [], incoming.edges, readField) };
  },
};

/** The newest message wins, whichever order a page and the live events come in. */
export const lastMessageField: FieldPolicy<Reference | null> = {
  merge(existing, incoming, { readField }) {
    if (!existing || !incoming) return incoming ?? existing ?? null;
    return (readField<number>("number", incoming) ?? 0) >= (readField<number>("number", existing) ?? 0)
      ? incoming
      : existing;
  },
};

type ReadField = FieldFunctionOptions["readField"];

export function mergeEdges(
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

/** A message that is loaded, in the newest revision that has been heard of. */
export function knownMessage(cache: ApolloCache, messageId: string): MessageFieldsFragment | null {
  return cache.readFragment({
    id: cache.identify({ __typename: "Message", id: messageId })!,
    fragment: MessageFieldsFragmentDoc,
    fragmentName: "MessageFields",
  });
}

/** Writes a message as it is now, unless a newer revision of it is known. */
export function putMessage(cache: ApolloCache, message: MessageFieldsFragment): void {
  const id = cache.identify({ __typename: "Message", id: message.id })!;
  const known = knownMessage(cache, message.id);
  if (known && known.revision > message.revision) return;
  cache.writeFragment({ id, fragment: MessageFieldsFragmentDoc, fragmentName: "MessageFields", data: message });
}

/**
 * The same for a message that was added: it also takes its place among the loaded messages of its chat. Calling it
 * again with the same message changes nothing.
 */
export function addMessage(cache: ApolloCache, message: MessageFieldsFragment): void {
  putMessage(cache, message);
  const id = cache.identify({ __typename: "Message", id: message.id })!;
  editEntry(cache, "ROOT_QUERY", {
    messages(existing: StoredMessages, { storeFieldName, readField, toReference }) {
      if (argumentsOf(storeFieldName).chatId !== message.chatId) return existing;
      const node = toReference(id);
      if (!node || existing.edges.some((edge) => edge.node.__ref === id)) return existing;
      const edge: MessageEdge = { __typename: "MessageEdge", cursor: "", node };
      return { ...existing, edges: mergeEdges(existing.edges, [edge], readField).slice(-MOST_HELD) };
    },
  });
}

/**
 * Lets go of the loaded messages of a chat that are not between two numbers: what is far from the reader is a page away,
 * and a day of scrolling must not fill the memory.
 */
export function keepMessages(cache: ApolloCache, chatId: string, from: number, to = Number.POSITIVE_INFINITY): void {
  editEntry(cache, "ROOT_QUERY", {
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

/** Forgets the loaded messages of a chat; an open conversation loads its newest page again. */
export function forgetMessages(cache: ApolloCache, chatId: string): void {
  cache.evict({ id: "ROOT_QUERY", fieldName: "messages", args: { chatId } });
}
