import { useApolloClient } from "@apollo/client/react";
import { useMemo } from "react";
import { MarkThreadAsReadDocument } from "@/gql/sender/graphql";
import { useSignedIn } from "@/session/services";

/** Moves the reader's mark in a thread: here, and at the service, from which their other devices hear of it. */
export function useThreadReading(chatId: string, rootId: string) {
  const client = useApolloClient();
  const { threads } = useSignedIn();
  return useMemo(
    () => ({
      move: (number: number) => threads.read(rootId, number),
      tell: (number: number): Promise<unknown> =>
        client.mutate({
          mutation: MarkThreadAsReadDocument,
          variables: { input: { chatId, rootId, number } },
          fetchPolicy: "no-cache",
        }),
    }),
    [client, threads, chatId, rootId],
  );
}
