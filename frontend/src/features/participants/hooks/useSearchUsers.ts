import { useQuery } from "@apollo/client/react";
import { useDebouncedValue } from "@mantine/hooks";
import { unmask } from "@/gql/users";
import { FoundUserFragmentDoc, SearchUsersDocument } from "@/gql/users/graphql";

/** The service searches by trigrams: less than three letters find nothing. */
export const SHORTEST_SEARCH = 3;

/** People whose name looks like `text`, asked for once typing pauses. */
export function useSearchUsers(text: string) {
  const [query] = useDebouncedValue(text.trim(), 250);
  const skip = query.length < SHORTEST_SEARCH;
  const { data, loading, error } = useQuery(SearchUsersDocument, { variables: { query }, skip });
  const people = data && !skip ? unmask(FoundUserFragmentDoc, data.searchUsers.nodes) : [];
  return { people, query, loading: loading && !skip, error, done: !skip && !loading && data !== undefined };
}
