import type { ApolloClient } from "@apollo/client";
import { type Page, type PageAnswer, pageOf, shownOf, type Timeline } from "./timeline";

/**
 * Fetches a page of messages and puts it where the open list looks. Written past the query that fetched it: what is loaded
 * is then read once, as what it is shown as, and not as the answer to every page there ever was.
 */
export async function loadPage(client: ApolloClient, timeline: Timeline, page: Page): Promise<PageAnswer> {
  const { data } = await client.query({ ...pageOf(timeline, page), fetchPolicy: "no-cache" });
  if (!data) throw new Error("an answer without data");
  client.cache.writeQuery({ ...shownOf(timeline), data });
  return data;
}
