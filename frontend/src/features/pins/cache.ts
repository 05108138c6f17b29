import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldPolicy, TypePolicies } from "@apollo/client/cache";
import { modifyCache } from "@/api/modifyCache";
import { KnownMessageFragmentDoc, type PinnedTextFragment, PinnedTextFragmentDoc } from "@/gql/receiver/graphql";

interface StoredPin {
  __typename: "PinnedMessage";
  pinnedById: string;
  pinnedAt: string;
  message: Reference;
}

interface StoredPins {
  __typename: "PinnedMessageConnection";
  nodes: readonly StoredPin[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** The pinned messages of a chat. What was removed stays among them: whoever shows them looks at the message. */
const pinnedMessagesField: FieldPolicy<StoredPins> = {
  keyArgs: false,
  merge: (existing, incoming, { args }) =>
    existing && args?.after ? { ...incoming, nodes: [...existing.nodes, ...incoming.nodes] } : incoming,
};

export const policies: TypePolicies = {
  Chat: { fields: { pinnedMessages: pinnedMessagesField } },
  PinnedMessage: { keyFields: false },
};

const idOf = (cache: ApolloCache, id: string) => cache.identify({ __typename: "Message", id })!;

/** Where the pinned messages of its chat have been read, a message is pinned first among them, or is none of them. */
export function putPin(
  cache: ApolloCache,
  message: PinnedTextFragment,
  pin: { pinnedById: string; pinnedAt: string } | undefined,
): void {
  const id = idOf(cache, message.id);
  const known = cache.readFragment({ id, fragment: KnownMessageFragmentDoc });
  if (pin && !(known && known.revision >= message.revision)) {
    cache.writeFragment({ id, fragment: PinnedTextFragmentDoc, fragmentName: "PinnedText", data: message });
  }
  modifyCache(cache, cache.identify({ __typename: "Chat", id: message.chatId }), {
    pinnedMessages(existing: StoredPins, { toReference }) {
      const nodes = existing.nodes.filter((one) => one.message.__ref !== id);
      if (!pin) return { ...existing, nodes };
      return { ...existing, nodes: [{ __typename: "PinnedMessage", ...pin, message: toReference(id)! }, ...nodes] };
    },
  });
}

/** Whether a message is pinned, as far as that is known. */
export function isPinned(cache: ApolloCache, chatId: string, id: string): boolean {
  const message = idOf(cache, id);
  let found = false;
  modifyCache(cache, cache.identify({ __typename: "Chat", id: chatId }), {
    pinnedMessages(existing: StoredPins) {
      found = existing.nodes.some((one) => one.message.__ref === message);
      return existing;
    },
  });
  return found;
}

/** What was missed in a chat may have changed them: they are read again where they are shown. */
export function forget(cache: ApolloCache, chatId: string): void {
  cache.evict({ id: cache.identify({ __typename: "Chat", id: chatId })!, fieldName: "pinnedMessages" });
}
