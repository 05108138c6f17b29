import { useQuery } from "@apollo/client/react";
import { useEffect, useMemo, useRef } from "react";
import { useStore } from "@/api/store";
import { unmask } from "@/gql/receiver";
import { CachedThreadFragmentDoc, FollowedThreadsDocument, type FollowedThreadsQuery } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";

const PAGE = 25;

type Answered = FollowedThreadsQuery["followedThreads"]["edges"][number]["node"]["thread"];

/**
 * The threads that the reader follows, newest activity first; with `unreadFirst` those in which something is left to read stand
 * before the others. The events keep what is shown of each; when one is followed anew, the list is read again.
 */
export function useFollowedThreads(unreadFirst: boolean, isUnread: (rootId: string) => boolean) {
  const all = useThreadPages(false, false);
  const unread = useThreadPages(true, !unreadFirst);
  const { threads } = useSignedIn();
  const states = useStore(threads.states);
  const followed = [...states.values()].filter(({ following }) => following).length;
  const before = useRef(followed);
  const { refetch } = all;
  useEffect(() => {
    if (followed > before.current)
      void refetch().catch((error) => console.warn("the threads could not be read", error));
    before.current = followed;
  }, [followed, refetch]);
  const shown = useMemo(() => {
    const byRoot = new Map<string, { thread: Answered; at: string; chatId: string }>();
    for (const thread of [...all.threads, ...(unreadFirst ? unread.threads : [])]) {
      const { rootId, chatId, lastReplyAt } = unmask(CachedThreadFragmentDoc, thread);
      if (states.get(rootId)?.following !== false) byRoot.set(rootId, { thread, at: lastReplyAt, chatId });
    }
    const rank = (rootId: string) => (unreadFirst && isUnread(rootId) ? 0 : 1);
    return [...byRoot]
      .sort(([a, one], [b, other]) => rank(a) - rank(b) || (one.at < other.at ? 1 : -1))
      .map(([rootId, one]) => ({ rootId, ...one }));
  }, [all.threads, unread.threads, unreadFirst, states, isUnread]);
  return { shown, loaded: all.loaded, error: all.error, more: all.more };
}

function useThreadPages(unreadOnly: boolean, skip: boolean) {
  const { data, error, fetchMore, refetch } = useQuery(FollowedThreadsDocument, {
    variables: { unreadOnly, first: PAGE },
    fetchPolicy: "cache-and-network",
    skip,
  });
  const edges = data?.followedThreads.edges;
  const page = data?.followedThreads.pageInfo;
  const threads = useMemo(() => (edges ?? []).map(({ node }) => node.thread), [edges]);
  const more = () =>
    fetchMore({
      variables: { after: page?.endCursor ?? null },
      updateQuery: (held, { fetchMoreResult: next }) => ({
        followedThreads: {
          ...next.followedThreads,
          edges: [...held.followedThreads.edges, ...next.followedThreads.edges],
        },
      }),
    });
  return { threads, loaded: data !== undefined, error, refetch, more: page?.hasNextPage ? more : undefined };
}
