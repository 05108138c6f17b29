import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldPolicy, TypePolicy } from "@apollo/client/cache";
import { editEntry } from "@/api/editEntry";
import { lastMessageField } from "@/features/messages/model/messageCache";
import { participantsField } from "@/features/participants/model/participantCache";
import { type ChatFactsFragment, ChatFactsFragmentDoc, OwnParticipationFragmentDoc } from "@/gql/receiver/graphql";

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

/** Facts that only grow: the larger wins, whichever order answers and events come in. */
const largest: FieldPolicy<number> = {
  merge: (existing, incoming) => Math.max(existing ?? 0, incoming),
};
const latest: FieldPolicy<string | null> = {
  merge: (existing, incoming) => (existing && (!incoming || existing > incoming) ? existing : incoming),
};

/** Of one chat, above any mark that is in use: beyond these the count may be too high. */
const MOST_REMOVED = 10_000;

/** What is removed stays so: whatever answer or event tells of it, and in whichever order. */
const removedNumbers: FieldPolicy<readonly number[]> = {
  merge: (existing, incoming) => withNumbers(existing ?? [], incoming),
  // A copy that an earlier version kept on this device has none.
  read: (existing) => existing ?? [],
};

function withNumbers(known: readonly number[], more: readonly number[]): readonly number[] {
  const unknown = more.filter((number) => !known.includes(number));
  return unknown.length === 0 ? known : [...known, ...unknown].sort((a, b) => a - b).slice(-MOST_REMOVED);
}

export const chatPolicy: TypePolicy = {
  keyFields: ["id"],
  fields: {
    messageCount: largest,
    lastMessageAt: latest,
    lastMessage: lastMessageField,
    removedNumbers,
    participants: participantsField,
    // The caller's own participation is known from the list; null is an answer too, and kept.
    participant: {
      keyArgs: ["userId"],
      read: (existing, { args, readField, toReference }) =>
        existing === null
          ? null
          : toReference({ __typename: "Participant", chatId: readField("id"), userId: args?.userId }),
    },
  },
};

/** The caller's chats, each once, whatever page or event brought it. The list view orders them. */
export const chatsField: FieldPolicy<StoredChats> = {
  keyArgs: false,
  merge(existing, incoming) {
    const byChat = new Map<string, ChatEdge>();
    for (const edge of [...(existing?.edges ?? []), ...incoming.edges]) byChat.set(edge.node.__ref, edge);
    return { ...incoming, edges: [...byChat.values()] };
  },
};

/** A chat by its id: known from wherever it was read before. Null (not there, or not theirs) is kept as an answer. */
export const chatField: FieldPolicy = {
  keyArgs: ["id"],
  read: (existing, { args, toReference }) =>
    existing === null ? null : toReference({ __typename: "Chat", id: args?.id }),
};

/** Puts a chat, whose facts are already written, into the caller's list. */
export function listChat(cache: ApolloCache, chatId: string, me: string): void {
  // Before they took part, both may have been answered with null.
  cache.evict({ id: "ROOT_QUERY", fieldName: "chat", args: { id: chatId } });
  cache.evict({ id: cache.identify({ __typename: "Chat", id: chatId })!, fieldName: "participant" });
  editEntry(cache, "ROOT_QUERY", {
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
  editEntry(cache, "ROOT_QUERY", {
    chats(existing: StoredChats) {
      const edges = existing.edges.filter((edge) => edge.node.__ref !== ref);
      return edges.length === existing.edges.length ? existing : { ...existing, edges };
    },
  });
}

/** Writes the chat's own facts as they are now. */
export function putChatFacts(cache: ApolloCache, chat: ChatFactsFragment): void {
  cache.writeFragment({
    id: cache.identify({ __typename: "Chat", id: chat.id })!,
    fragment: ChatFactsFragmentDoc,
    fragmentName: "ChatFacts",
    data: chat,
  });
}

/** A message was added: the chat counts it, shows it and moves up, unless it knows a later one. */
export function countMessage(
  cache: ApolloCache,
  message: { id: string; chatId: string; number: number; createdAt: string },
): void {
  editEntry(cache, cache.identify({ __typename: "Chat", id: message.chatId })!, {
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
  editEntry(cache, cache.identify({ __typename: "Chat", id: message.chatId })!, {
    removedNumbers: (known: readonly number[]) => withNumbers(known, [message.number]),
  });
}

/** Whether the chat stands in the caller's list, as far as that is loaded. */
export function isListed(cache: ApolloCache, chatId: string): boolean {
  const ref = cache.identify({ __typename: "Chat", id: chatId });
  let listed = false;
  editEntry(cache, "ROOT_QUERY", {
    chats(existing: StoredChats) {
      listed = existing.edges.some((edge) => edge.node.__ref === ref);
      return existing;
    },
  });
  return listed;
}
