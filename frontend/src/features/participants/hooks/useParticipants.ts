import { useApolloClient, useQuery } from "@apollo/client/react";
import { useEffect, useMemo } from "react";
import { useStore } from "@/api/store";
import { unmask } from "@/gql/receiver";
import { CachedParticipantFragmentDoc, ParticipantsDocument } from "@/gql/receiver/graphql";
import { changesOf } from "@/live/changes";

const PAGE = 100;

/** The participants of a chat, the first hundred at once. After a reset they are read again. */
export function useParticipants(chatId: string) {
  const { data, error, refetch, fetchMore } = useQuery(ParticipantsDocument, {
    variables: { chatId, first: PAGE },
    fetchPolicy: "cache-and-network",
  });
  const { cache } = useApolloClient();
  const restarted = useStore(changesOf(cache).restarted);
  useEffect(() => {
    // Nobody told who left meanwhile.
    if (restarted?.feedId === chatId)
      refetch().catch((error) => console.warn("participants could not be read again", error));
  }, [chatId, restarted, refetch]);

  const connection = data?.chat?.participants;
  const participants = useMemo(
    () =>
      unmask(
        CachedParticipantFragmentDoc,
        (connection?.edges ?? []).map((edge) => edge.node),
      ),
    [connection?.edges],
  );
  const after = connection?.pageInfo.hasNextPage ? connection.pageInfo.endCursor : undefined;
  // The same function for as long as it would fetch the same page.
  const more = useMemo(
    () => (after ? () => fetchMore({ variables: { chatId, first: PAGE, after } }) : undefined),
    [after, chatId, fetchMore],
  );
  return {
    participants,
    loaded: connection !== undefined,
    error,
    more,
  };
}
