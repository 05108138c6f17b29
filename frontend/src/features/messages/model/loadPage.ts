import type { ApolloClient } from "@apollo/client";
import { MessagesDocument, type MessagesQuery, type MessagesQueryVariables } from "@/gql/receiver/graphql";

/** So many messages come at a time. */
export const PAGE = 50;

/** What an open conversation shows: all that is loaded of the chat, whichever page brought it. */
export const shownOf = (chatId: MessagesQueryVariables["chatId"]): MessagesQueryVariables => ({ chatId, last: PAGE });

/**
 * Fetches a page of messages and puts it where the open conversation looks. Written past the query that fetched it: what
 * is loaded is then read once, as what it is shown as, and not as the answer to every page there ever was.
 */
export async function loadPage(client: ApolloClient, variables: MessagesQueryVariables): Promise<MessagesQuery> {
  const { data } = await client.query({ query: MessagesDocument, variables, fetchPolicy: "no-cache" });
  if (!data) throw new Error("an answer without data");
  client.cache.writeQuery({ query: MessagesDocument, variables: shownOf(variables.chatId), data });
  return data;
}
