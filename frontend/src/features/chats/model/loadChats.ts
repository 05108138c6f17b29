import type { ApolloClient } from "@apollo/client";
import { unmask } from "@/gql/receiver";
import {
  ChatByIdDocument,
  ChatRowFragmentDoc,
  ChatsDocument,
  type ChatsQuery,
  OwnParticipationFragmentDoc,
} from "@/gql/receiver/graphql";
import { listChat } from "./chatCache";

const PAGE = 50;

/**
 * Loads the caller's whole list, page by page, replacing what was known, and tells the position of every feed: read by
 * the service before the data, so whoever subscribes from there misses nothing.
 */
export async function loadChats(
  client: ApolloClient,
  begin: (feedId: string, cursor: string) => void,
  me: string,
): Promise<void> {
  let after: string | null = null;
  const edges: ChatsQuery["chats"]["edges"] = [];
  let first: ChatsQuery | undefined;
  do {
    const { data }: { data?: ChatsQuery } = await client.query({
      query: ChatsDocument,
      variables: { first: PAGE, after },
      fetchPolicy: "no-cache",
    });
    if (!data) break;
    if (!first) begin(me, data.chats.feedCursor);
    first ??= data;
    for (const { node } of data.chats.edges) {
      const chat = unmask(ChatRowFragmentDoc, node);
      begin(chat.id, chat.feedCursor);
    }
    edges.push(...data.chats.edges);
    after = data.chats.pageInfo.hasNextPage ? (data.chats.pageInfo.endCursor ?? null) : null;
  } while (after);
  if (!first) return;
  const whole: ChatsQuery = { ...first, chats: { ...first.chats, edges } };
  client.cache.batch({
    update(cache) {
      cache.evict({ id: "ROOT_QUERY", fieldName: "chats" });
      cache.writeQuery({ query: ChatsDocument, variables: { first: PAGE }, data: whole });
    },
  });
}

/**
 * Loads one chat as it is now, no older than `atLeast`, and lists it if the caller takes part. Null when it is not
 * there or not theirs.
 */
export async function loadChat(
  client: ApolloClient,
  chatId: string,
  me: string,
  atLeast?: string,
): Promise<{ id: string; feedCursor: string } | null> {
  const { data } = await client.query({
    query: ChatByIdDocument,
    variables: { id: chatId, me, atLeast },
    fetchPolicy: "network-only",
  });
  if (!data?.chat) return null;
  if (unmask(OwnParticipationFragmentDoc, data.chat).participant) listChat(client.cache, chatId, me);
  return unmask(ChatRowFragmentDoc, data.chat);
}
