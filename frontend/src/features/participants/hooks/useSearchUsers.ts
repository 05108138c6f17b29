import { useQuery } from "@apollo/client/react";
import { useDebouncedValue } from "@mantine/hooks";
import { unmask } from "@/gql/users";
import { FoundUserFragmentDoc, SearchUsersDocument } from "@/gql/users/graphql";

/**
 * Whether the service searches for this: two characters, or one of a script in which one is a word or a syllable (from
 * U+2E80 on, as the service has it).
 */
export function isSearchable(text: string): boolean {
  const [first, second] = text.normalize("NFKC").trim();
  return second !== undefined || (first !== undefined && first >= "\u2e80");
}

/** People whose name looks like `text`, asked for once typing pauses. */
export function useSearchUsers(text: string) {
  const [query] = useDebouncedValue(text.trim(), 250);
  const skip = !isSearchable(query);
  const { data, loading, error } = useQuery(SearchUsersDocument, { variables: { query }, skip });
  const people = data && !skip ? unmask(FoundUserFragmentDoc, data.searchUsers.nodes) : [];
  return { people, query, loading: loading && !skip, error, done: !skip && !loading && data !== undefined };
}
