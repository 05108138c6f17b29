import { useQuery } from "@apollo/client/react";
import { MyMessagesDocument } from "@/gql/receiver/graphql";

/** What the reader has written, newest first, and how far it was looked for. */
export function useMyMessages() {
  const { data, error, loading, fetchMore } = useQuery(MyMessagesDocument, {
    variables: { after: null },
    fetchPolicy: "cache-and-network",
    notifyOnNetworkStatusChange: true,
  });
  const found = data?.myMessages;
  const more = () =>
    fetchMore({
      variables: { after: found?.pageInfo.endCursor ?? null },
      updateQuery: (before, { fetchMoreResult: { myMessages } }) => ({
        myMessages: { ...myMessages, edges: [...before.myMessages.edges, ...myMessages.edges] },
      }),
    });
  return {
    edges: found?.edges ?? [],
    loaded: found !== undefined,
    loading,
    error,
    /** Everything after this time was looked at; nothing where all was. */
    searchedBackTo: found && !found.complete ? found.searchedBackTo : undefined,
    more: found?.pageInfo.hasNextPage ? more : undefined,
  };
}
