import type { ApolloClient } from "@apollo/client";
import { unmask } from "@/gql/receiver";
import {
  CachedChatFragmentDoc,
  ChatByIdDocument,
  ChatsDocument,
  type ChatsQuery,
  type ChatsQueryVariables,
  OwnParticipationFragmentDoc,
} from "@/gql/receiver/graphql";
import { changesOf } from "@/live/changes";
import { isListed, listChat, unlistChat } from "../cache";

const PAGE = 50;

/** So often the top of a list that keeps moving is read again. */
const MAX_PASSES = 10;

type Edge = ChatsQuery["chats"]["edges"][number];

const activity = ({ node }: Edge): number => Date.parse(node.lastMessageAt ?? node.createdAt);

/**
 * Loads the caller's whole list, page by page, replacing what was known, and tells the position of every feed: read by
 * the service before the data, so whoever subscribes from there misses nothing.
 *
 * The list moves while it is read: a chat in which something is written goes from a page that was not read yet to the top.
 * So its top is read again, down to where it began, until that brings nothing new. What events have changed meanwhile is
 * read once more.
 */
export async function loadChats(
  client: ApolloClient,
  begin: (feedId: string, cursor: string) => void,
  me: string,
): Promise<void> {
  const changes = changesOf(client.cache);
  const begun = changes.now();
  const edges = new Map<string, Edge>();
  let first: ChatsQuery | undefined;
  let several = false;
  let top = Number.NEGATIVE_INFINITY;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const known = edges.size;
    const downTo = top;
    let after: string | null = null;
    do {
      const data = await readPage(client, after);
      if (!data) break;
      if (!first) begin(me, data.chats.feedCursor);
      first ??= data;
      for (const edge of data.chats.edges) {
        const chat = unmask(CachedChatFragmentDoc, edge.node);
        begin(chat.id, chat.feedCursor);
        edges.set(chat.id, edge);
        top = Math.max(top, activity(edge));
      }
      const [last] = data.chats.edges.slice(-1);
      const isDown = last !== undefined && activity(last) <= downTo;
      several ||= data.chats.pageInfo.hasNextPage;
      after = data.chats.pageInfo.hasNextPage && !isDown ? (data.chats.pageInfo.endCursor ?? null) : null;
    } while (after);
    if (!several || edges.size === known) break;
  }
  if (!first) return;
  const pageInfo = { ...first.chats.pageInfo, hasNextPage: false };
  const whole: ChatsQuery = { ...first, chats: { ...first.chats, edges: [...edges.values()], pageInfo } };
  client.cache.batch({
    update(cache) {
      cache.evict({ id: "ROOT_QUERY", fieldName: "chats" });
      cache.writeQuery({ query: ChatsDocument, variables: { first: PAGE }, data: whole });
    },
  });
  for (const id of changes.since(begun)) {
    if (id !== me) await loadChat(client, id, me);
  }
}

async function readPage(client: ApolloClient, after: string | null): Promise<ChatsQuery | undefined> {
  const variables: ChatsQueryVariables = { first: PAGE, after };
  const { data } = await client.query({ query: ChatsDocument, variables, fetchPolicy: "no-cache" });
  return data;
}

/**
 * Loads one chat as it is now, no older than `atLeast`, and lists it if the caller takes part; if they do not, it leaves
 * the list. Answers whether it is there, and theirs to read.
 */
export async function loadChat(client: ApolloClient, chatId: string, me: string, atLeast?: string): Promise<boolean> {
  const { data } = await client.query({
    query: ChatByIdDocument,
    variables: { id: chatId, me, atLeast },
    fetchPolicy: "network-only",
  });
  const isOwn = data?.chat && unmask(OwnParticipationFragmentDoc, data.chat).participant;
  if (isOwn) listChat(client.cache, chatId, me);
  else if (isListed(client.cache, chatId)) unlistChat(client.cache, chatId, me);
  return data?.chat != null;
}
