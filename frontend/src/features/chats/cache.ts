import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldPolicy, TypePolicies, TypePolicy } from "@apollo/client/cache";
import { modifyCache } from "@/api/modifyCache";
import { type ChangedChatFragment, ChangedChatFragmentDoc, OwnParticipationFragmentDoc } from "@/gql/receiver/graphql";

interface ChatEdge {
  __typename: "ChatEdge";
  cursor: string;
  node: Reference;
  participant: Reference | null;
}

interface StoredChats {
  __typename: "ChatConnection";
  edges: readonly ChatEdge[];
}

const chatPolicy: TypePolicy = {
  keyFields: ["id"],
  fields: {
    // The caller's own participation is known from the list; null is an answer too, and kept.
    participant: {
      keyArgs: ["userId"],
      read: (existing, { args, readField, toReference }) =>
        existing === null
          ? null
          : toReference({ __typename: "Participant", chatId: readField("id"), userId: args?.userId }),
    },
    // A copy that an earlier version kept on this device says nothing about them.
    reactionsAllowed: { read: (existing: boolean | undefined) => existing ?? true },
    threadsAllowed: { read: (existing: boolean | undefined) => existing ?? true },
  },
};

/** The caller's chats, each once, whatever page or event brought it. The list view orders them. */
const chatsField: FieldPolicy<StoredChats> = {
  keyArgs: false,
  merge(existing, incoming) {
    const byChat = new Map<string, ChatEdge>();
    for (const edge of [...(existing?.edges ?? []), ...incoming.edges]) byChat.set(edge.node.__ref, edge);
    return { ...incoming, edges: [...byChat.values()] };
  },
};

/** A chat by its id: known from wherever it was read before. Null (not there, or not theirs) is kept as an answer. */
const chatField: FieldPolicy = {
  keyArgs: ["id"],
  read: (existing, { args, toReference }) =>
    existing === null ? null : toReference({ __typename: "Chat", id: args?.id }),
};

export const policies: TypePolicies = {
  Query: { fields: { chats: chatsField, chat: chatField } },
  Chat: chatPolicy,
};

/** Puts a chat, whose facts are already written, into the caller's list. */
export function listChat(cache: ApolloCache, chatId: string, me: string): void {
  // Before they took part, both may have been answered with null.
  cache.evict({ id: "ROOT_QUERY", fieldName: "chat", args: { id: chatId } });
  cache.evict({ id: cache.identify({ __typename: "Chat", id: chatId })!, fieldName: "participant" });
  modifyCache(cache, "ROOT_QUERY", {
    chats(existing: StoredChats, { toReference }) {
      const node = toReference({ __typename: "Chat", id: chatId });
      const participant = toReference({ __typename: "Participant", chatId, userId: me }) ?? null;
      if (!node || existing.edges.some((edge) => edge.node.__ref === node.__ref)) return existing;
      const edge: ChatEdge = { __typename: "ChatEdge", cursor: "", node, participant };
      return { ...existing, edges: [edge, ...existing.edges] };
    },
  });
}

/** The caller no longer takes part: the chat leaves their list. An open view keeps what it shows, and can tell. */
export function unlistChat(cache: ApolloCache, chatId: string, me: string): void {
  const ref = cache.identify({ __typename: "Chat", id: chatId })!;
  cache.writeFragment({
    id: ref,
    fragment: OwnParticipationFragmentDoc,
    fragmentName: "OwnParticipation",
    variables: { me },
    data: { participant: null },
  });
  modifyCache(cache, "ROOT_QUERY", {
    chats(existing: StoredChats) {
      const edges = existing.edges.filter((edge) => edge.node.__ref !== ref);
      return edges.length === existing.edges.length ? existing : { ...existing, edges };
    },
  });
}

/** Writes the chat's own facts as they are now. */
export function putChatFacts(cache: ApolloCache, chat: ChangedChatFragment): void {
  cache.writeFragment({
    id: cache.identify({ __typename: "Chat", id: chat.id })!,
    fragment: ChangedChatFragmentDoc,
    fragmentName: "ChangedChat",
    data: chat,
  });
}

/** Whether the chat stands in the caller's list, as far as that is loaded. */
export function isListed(cache: ApolloCache, chatId: string): boolean {
  const ref = cache.identify({ __typename: "Chat", id: chatId });
  let listed = false;
  modifyCache(cache, "ROOT_QUERY", {
    chats(existing: StoredChats) {
      listed = existing.edges.some((edge) => edge.node.__ref === ref);
      return existing;
    },
  });
  return listed;
}
