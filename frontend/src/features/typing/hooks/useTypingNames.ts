import { useApolloClient } from "@apollo/client/react";
import { useStore } from "@/api/store";
import { TypingNameFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";

const NOBODY: readonly string[] = [];

/** The names of those who type in a chat now; of people whose name is not known here, nothing is said. */
export function useTypingNames(chatId: string): readonly string[] {
  const { typing } = useSignedIn();
  const client = useApolloClient();
  const ids = useStore(typing.store)[chatId] ?? NOBODY;
  if (ids.length === 0) return NOBODY;
  return ids.flatMap((id) => {
    const person = client.cache.readFragment({
      id: client.cache.identify({ __typename: "User", id })!,
      fragment: TypingNameFragmentDoc,
      fragmentName: "TypingName",
    });
    return person ? [person.displayName] : [];
  });
}
