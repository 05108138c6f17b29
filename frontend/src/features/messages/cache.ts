import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldFunctionOptions, FieldPolicy, Modifier, TypePolicies } from "@apollo/client/cache";
import { argumentsOf, modifyCache } from "@/api/modifyCache";
import { knownThread } from "@/features/threads";
import {
  type CachedMessageFragment,
  CachedMessageFragmentDoc,
  type KnownMessageFragment,
  KnownMessageFragmentDoc,
  type RepliesQuery,
} from "@/gql/receiver/graphql";
import { placeOf, shownOf, type Timeline } from "./model/timeline";

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

/** The same for the replies of a thread. Their numbers have gaps, their ordinals have none. */
const repliesField: FieldPolicy<StoredMessages> = { ...messagesField, keyArgs: false };

/** A message by its id: known from wherever it was read before. Null (not there, or not theirs to read) is kept as an answer. */
const messageField: FieldPolicy<Reference | null> = {
  keyArgs: ["chatId", "id"],
  read(existing, { args, toReference, canRead }) {
    const message = toReference({ __typename: "Message", id: args?.id });
    return existing === null || !message || !canRead(message) ? existing : message;
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
const MAX_READ_NUMBERS = 10_000;

/** What was removed, or is a reply of the reader's own, stays so: whatever answer or event tells of it, and in whichever order. */
const numbersField: FieldPolicy<readonly number[]> = {
  merge: (existing, incoming) => withNumbers(existing ?? [], incoming),
  // A copy that an earlier version kept on this device has none.
  read: (existing) => existing ?? [],
};

function withNumbers(known: readonly number[], more: readonly number[]): readonly number[] {
  const unknown = more.filter((number) => !known.includes(number));
  return unknown.length === 0 ? known : [...known, ...unknown].sort((a, b) => a - b).slice(-MAX_READ_NUMBERS);
}

export const policies: TypePolicies = {
  Query: { fields: { messages: messagesField, message: messageField } },
  Message: { keyFields: ["id"] },
  Thread: { fields: { replies: repliesField } },
  Chat: {
    fields: {
      messageCount: largest,
      lastMessageAt: latest,
      lastMessage: lastMessageField,
      removedNumbers: numbersField,
      ownReplyNumbers: numbersField,
    },
  },
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
 * The same for a message that was added: it also takes its place among the loaded messages of its chat, and of its thread.
 * Calling it again with the same message changes nothing.
 */
export function addMessage(cache: ApolloCache, message: CachedMessageFragment): void {
  putMessage(cache, message);
  const id = cache.identify({ __typename: "Message", id: message.id })!;
  const add: Modifier<StoredMessages> = (existing, { readField, toReference }) => {
    const node = toReference(id);
    if (!node || existing.edges.some((edge) => edge.node.__ref === id)) return existing;
    const edge: MessageEdge = { __typename: "MessageEdge", cursor: "", node };
    return { ...existing, edges: mergeEdges(existing.edges, [edge], readField).slice(-MAX_LOADED) };
  };
  modifyCache(cache, "ROOT_QUERY", {
    messages: (existing: StoredMessages, details) =>
      argumentsOf(details.storeFieldName).chatId === message.chatId ? add(existing, details) : existing,
  });
  if (message.threadRootId) addReply(cache, message, add);
}

/** The first reply begins the list of them: nothing of it is missing. */
function addReply(cache: ApolloCache, message: CachedMessageFragment, add: Modifier<StoredMessages>): void {
  const id = cache.identify({ __typename: "Thread", rootId: message.threadRootId })!;
  let begun = false;
  modifyCache(cache, id, {
    replies(existing: StoredMessages, details) {
      begun = true;
      return add(existing, details);
    },
  });
  const thread = knownThread(cache, message.threadRootId!);
  if (begun || message.threadOrdinal !== 1 || !thread) return;
  const edges = [{ __typename: "MessageEdge", cursor: "", node: message }];
  cache.writeQuery({
    ...shownOf({ chatId: message.chatId, rootId: thread.rootId }),
    data: { thread: { ...thread, replies: { __typename: "MessageConnection", edges } } } as unknown as RepliesQuery,
  });
}

/**
 * Lets go of the loaded messages of a chat or a thread that are not between two places: what is far from the reader is a
 * page away, and a day of scrolling must not fill the memory.
 */
export function keepMessages(
  cache: ApolloCache,
  timeline: Timeline,
  from: number,
  to = Number.POSITIVE_INFINITY,
): void {
  const { chatId, rootId } = timeline;
  const keep: Modifier<StoredMessages> = (existing, { readField }) => {
    const edges = existing.edges.filter(({ node }) => {
      const number = readField<number>("number", node) ?? 0;
      const place = placeOf(timeline, { number, threadOrdinal: readField<number>("threadOrdinal", node) ?? null });
      return from <= place && place <= to;
    });
    return edges.length === existing.edges.length ? existing : { ...existing, edges };
  };
  if (rootId !== undefined) modifyCache(cache, cache.identify({ __typename: "Thread", rootId }), { replies: keep });
  else {
    modifyCache(cache, "ROOT_QUERY", {
      messages: (existing: StoredMessages, details) =>
        argumentsOf(details.storeFieldName).chatId === chatId ? keep(existing, details) : existing,
    });
  }
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

/** The reader has replied in a thread: above their mark stands a message of theirs. */
export function countOwnReply(cache: ApolloCache, message: { chatId: string; number: number }): void {
  modifyCache(cache, cache.identify({ __typename: "Chat", id: message.chatId })!, {
    ownReplyNumbers: (known: readonly number[]) => withNumbers(known, [message.number]),
  });
}

/** Forgets the loaded messages of a chat and of its threads; what is open loads its newest page again. */
export function forget(cache: ApolloCache, chatId: string): void {
  cache.evict({ id: "ROOT_QUERY", fieldName: "messages", args: { chatId } });
  const threads: string[] = [];
  modifyCache(cache, "ROOT_QUERY", {
    thread(existing: Reference | null, { storeFieldName }) {
      const asked = argumentsOf(storeFieldName);
      if (asked.chatId === chatId) threads.push(String(asked.rootId));
      return existing;
    },
  });
  for (const rootId of threads) {
    cache.evict({ id: cache.identify({ __typename: "Thread", rootId })!, fieldName: "replies" });
  }
}
