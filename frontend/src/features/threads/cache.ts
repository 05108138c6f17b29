import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldPolicy, TypePolicies } from "@apollo/client/cache";
import {
  type CachedThreadFragment,
  CachedThreadFragmentDoc,
  StartedThreadFragmentDoc,
  ThreadAuthorFragmentDoc,
} from "@/gql/receiver/graphql";
import type { Reply } from "./model/reply";

/** So many of those who replied last are told. */
const MAX_LAST_USERS = 5;

/**
 * The thread that a message starts. It may be known from its first reply: then an answer that was read before that takes
 * nothing back.
 */
const threadOfMessage: FieldPolicy<Reference | null> = {
  merge: (existing, incoming) => incoming ?? existing ?? null,
  // A copy that an earlier version kept on this device has none.
  read: (existing, { readField, toReference, canRead }) => {
    if (existing) return existing;
    const thread = toReference({ __typename: "Thread", rootId: readField("id") });
    return thread && canRead(thread) ? thread : null;
  },
};

/** The same for those who ask for a thread. */
const threadById: FieldPolicy<Reference | null> = {
  keyArgs: ["chatId", "rootId"],
  merge: (existing, incoming) => incoming ?? existing ?? null,
  read: (existing, { args, toReference, canRead }) => {
    const thread = toReference({ __typename: "Thread", rootId: args?.rootId });
    return thread && canRead(thread) ? thread : existing;
  },
};

export const policies: TypePolicies = {
  Query: { fields: { thread: threadById } },
  Message: {
    fields: {
      thread: threadOfMessage,
      // A copy that an earlier version kept on this device has neither.
      threadRootId: { read: (existing: string | null | undefined) => existing ?? null },
      threadOrdinal: { read: (existing: number | null | undefined) => existing ?? null },
    },
  },
  Thread: {
    keyFields: ["rootId"],
    fields: {
      lastUserIds: { merge: (_, incoming) => incoming },
      // Events tell only who they are. Their profiles come with pages, or are known already.
      lastUsers: {
        merge: (_, incoming) => incoming,
        read: (existing: readonly Reference[] | undefined) => existing ?? [],
      },
    },
  },
};

const entry = (cache: ApolloCache, rootId: string) => cache.identify({ __typename: "Thread", rootId })!;

/** A thread, as far as it is known. */
export function knownThread(cache: ApolloCache, rootId: string): CachedThreadFragment | null {
  return cache.readFragment({
    id: entry(cache, rootId),
    fragment: CachedThreadFragmentDoc,
    fragmentName: "CachedThread",
  });
}

/** A reply was added: its ordinal is how many there are now, unless a later one is known. */
export function putReply(cache: ApolloCache, reply: Reply): void {
  const { chatId, threadRootId: rootId, threadOrdinal, number, senderId, createdAt } = reply;
  const known = knownThread(cache, rootId);
  if (known && known.replyCount >= threadOrdinal) return;
  const others = (known?.lastUserIds ?? []).filter((userId) => userId !== senderId);
  const thread = {
    __typename: "Thread",
    rootId,
    chatId,
    replyCount: threadOrdinal,
    lastNumber: number,
    lastReplyAt: createdAt,
    lastUserIds: [senderId, ...others].slice(0, MAX_LAST_USERS),
  };
  cache.writeFragment({
    id: entry(cache, rootId),
    fragment: CachedThreadFragmentDoc,
    fragmentName: "CachedThread",
    data: thread as unknown as CachedThreadFragment,
  });
  if (!known) showThread(cache, rootId, thread);
}

/** The message that starts it, where that is known, holds on to a thread that is new: else it would be let go as unused. */
function showThread(cache: ApolloCache, rootId: string, thread: object): void {
  const id = cache.identify({ __typename: "Message", id: rootId })!;
  if (!cache.readFragment({ id, fragment: ThreadAuthorFragmentDoc, fragmentName: "ThreadAuthor" })) return;
  cache.writeFragment({
    id,
    fragment: StartedThreadFragmentDoc,
    fragmentName: "StartedThread",
    data: { __typename: "Message", id: rootId, thread } as never,
  });
}
