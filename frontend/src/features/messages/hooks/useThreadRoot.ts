import { useQuery } from "@apollo/client/react";
import { unmask } from "@/gql/receiver";
import {
  CachedMessageFragmentDoc,
  CachedThreadFragmentDoc,
  ThreadedMessageFragmentDoc,
  ThreadRootDocument,
} from "@/gql/receiver/graphql";

/** A message with the thread that it starts: as it is known, and as a service tells it. */
export function useThreadRoot(chatId: string, rootId: string) {
  const { data, loading, error, refetch } = useQuery(ThreadRootDocument, {
    variables: { chatId, rootId },
    fetchPolicy: "cache-and-network",
  });
  const masked = data?.message;
  const root = unmask(CachedMessageFragmentDoc, masked) ?? undefined;
  const thread = unmask(CachedThreadFragmentDoc, unmask(ThreadedMessageFragmentDoc, masked)?.thread) ?? undefined;
  return { root, thread, loading, error, retry: refetch };
}
