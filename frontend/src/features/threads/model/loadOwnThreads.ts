import type { ApolloClient } from "@apollo/client";
import { OwnThreadDocument, OwnThreadsDocument } from "@/gql/receiver/graphql";
import { knownThread } from "../cache";
import type { FollowedThread, OwnThreads } from "./ownThreads";

const PAGE = 100;
/** So many pages are read. Those who follow more threads are asked about the older ones when something is said there. */
const MAX_PAGES = 3;

/** The threads that the reader follows, newest activity first. */
export async function loadOwnThreads(
  client: ApolloClient,
): Promise<{ threads: readonly FollowedThread[]; all: boolean }> {
  const threads: FollowedThread[] = [];
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const variables: { first: number; after: string | null } = { first: PAGE, after };
    const { data } = await client.query({ query: OwnThreadsDocument, variables, fetchPolicy: "no-cache" });
    if (!data) throw new Error("an answer without data");
    const { edges, pageInfo } = data.followedThreads;
    for (const { node } of edges) {
      const { thread, lastReadNumber, unreadCount } = node;
      const { chatId, rootId, lastNumber } = thread;
      threads.push({ chatId, rootId, lastReadNumber, unreadCount, lastNumber });
    }
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null;
    if (!after) return { threads, all: true };
  }
  return { threads, all: false };
}

/** Whether the reader follows the thread of one message, for those who look at a thread that is not among the newest. */
export async function loadOwnThread(
  client: ApolloClient,
  threads: OwnThreads,
  { chatId, id: rootId, number }: { chatId: string; id: string; number: number },
): Promise<void> {
  const { data } = await client.query({
    query: OwnThreadDocument,
    variables: { chatId, number },
    fetchPolicy: "no-cache",
  });
  const told = data?.viewerState.threads.find((thread) => thread.rootId === rootId);
  if (threads.knows(rootId)) return;
  const { following = false, lastReadNumber = 0, unreadCount = 0 } = told ?? {};
  const lastNumber = knownThread(client.cache, rootId)?.lastNumber ?? 0;
  threads.told({ chatId, rootId, lastReadNumber, unreadCount, lastNumber }, following);
}
