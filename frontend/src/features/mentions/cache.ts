import type { ApolloCache, Reference } from "@apollo/client";
import type { FieldFunctionOptions, FieldPolicy, TypePolicies } from "@apollo/client/cache";
import { modifyCache } from "@/api/modifyCache";
import {
  MentionedUserFragmentDoc,
  type MentioningMessageFragment,
  type MessageMentionsFragment,
  MessageMentionsFragmentDoc,
} from "@/gql/receiver/graphql";
import { type Changes, changesOf } from "@/live/changes";
import { toldMentions } from "./model/toldMentions";

/** What a service has told of a chat, with what events have said since. The mark and what was removed are for whoever counts. */
const mentionNumbersField: FieldPolicy<readonly number[]> = {
  merge: (_, incoming) => incoming,
  // A copy that an earlier version kept on this device has none.
  read: (existing, { cache, readField }) =>
    toldMentions(changesOf(cache)).correct(String(readField("id")), existing ?? []),
};

interface MentionEdge {
  __typename: "MentionEdge";
  cursor: string;
  node: Reference;
}

interface StoredMentions {
  __typename: "MentionConnection";
  edges: readonly MentionEdge[];
  pageInfo: { hasNextPage: boolean };
}

/**
 * Messages that mention the reader, or did: whoever shows them looks at what each of them says now. A first page that does
 * not reach what is known begins the list anew, since something may be missing in between.
 */
const mentionsField: FieldPolicy<StoredMentions> = {
  keyArgs: false,
  merge(existing, incoming, { args, readField }) {
    const known = new Set(existing?.edges.map(({ node }) => node.__ref));
    const reaches = incoming.edges.some(({ node }) => known.has(node.__ref)) || !incoming.pageInfo.hasNextPage;
    if (!existing || (!args?.after && !reaches)) return incoming;
    const { pageInfo } = args?.after ? incoming : existing;
    return { ...incoming, pageInfo, edges: inOrder([...incoming.edges, ...existing.edges], readField) };
  },
};

/** Each message once, newest first. */
function inOrder(edges: readonly MentionEdge[], readField: FieldFunctionOptions["readField"]): MentionEdge[] {
  const byMessage = new Map(edges.map((edge) => [edge.node.__ref, edge]));
  const at = ({ node }: MentionEdge) => Date.parse(readField<string>("createdAt", node) ?? "");
  return [...byMessage.values()].sort((a, b) => at(b) - at(a));
}

export const policies: TypePolicies = {
  Query: { fields: { mentions: mentionsField } },
  Chat: { fields: { mentionNumbers: mentionNumbersField } },
  Message: {
    fields: {
      // A copy that an earlier version kept on this device has neither.
      mentions: { merge: (_, incoming) => incoming, read: (existing) => existing ?? [] },
      mentionsAll: { read: (existing: boolean | undefined) => existing ?? false },
    },
  },
};

/** An event has said whether a message mentions the reader: whoever shows how many do, looks again. */
export function noteMention(
  cache: ApolloCache,
  changes: Changes,
  { chatId, number, revision }: MentioningMessageFragment,
  mentioned: boolean,
): void {
  if (!toldMentions(changes).note(chatId, number, { revision, mentioned })) return;
  modifyCache(cache, cache.identify({ __typename: "Chat", id: chatId }), {
    mentionNumbers: (numbers: readonly number[]) => [...numbers],
  });
}

/** Where the list of mentions has been read, this one belongs into it. */
export function listMention(cache: ApolloCache, { id }: MentioningMessageFragment): void {
  modifyCache(cache, "ROOT_QUERY", {
    mentions(existing: StoredMentions, { readField, toReference }) {
      const node = toReference({ __typename: "Message", id });
      if (!node || existing.edges.some((edge) => edge.node.__ref === node.__ref)) return existing;
      const edge: MentionEdge = { __typename: "MentionEdge", cursor: "", node };
      return { ...existing, edges: inOrder([edge, ...existing.edges], readField) };
    },
  });
}

/** Whom a message mentions, as far as that is known: it belongs to the text that is known. */
export function knownMentions(cache: ApolloCache, messageId: string): MessageMentionsFragment["mentions"] | undefined {
  return cache.readFragment({
    id: cache.identify({ __typename: "Message", id: messageId })!,
    fragment: MessageMentionsFragmentDoc,
    fragmentName: "MessageMentions",
  })?.mentions;
}

/** What the sender answers of those whom a message mentions, with their names as far as they are known here. */
export function completeMentions(
  cache: ApolloCache,
  sent: readonly { userId: string; start: number; length: number }[],
): MessageMentionsFragment["mentions"] {
  const user = (userId: string) =>
    cache.readFragment({
      id: cache.identify({ __typename: "User", id: userId })!,
      fragment: MentionedUserFragmentDoc,
      fragmentName: "MentionedUser",
    });
  return sent.map(({ userId, start, length }) => ({
    __typename: "Mention",
    userId,
    start,
    length,
    user: user(userId),
  })) as MessageMentionsFragment["mentions"];
}

/** What was missed in a chat may have changed any of them: the list is read again where it is shown. */
export function forgetList(cache: ApolloCache): void {
  cache.evict({ id: "ROOT_QUERY", fieldName: "mentions" });
}

/** Whoever signs in next is mentioned elsewhere. */
export function forgetMentions(cache: ApolloCache): void {
  toldMentions(changesOf(cache)).clear();
}
