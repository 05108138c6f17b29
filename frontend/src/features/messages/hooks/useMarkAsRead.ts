import { useApolloClient } from "@apollo/client/react";
import { useEffect } from "react";
import { useSignedIn } from "@/app/antiphon";
import { moveReadMark } from "@/features/participants/model/participantCache";
import { MarkAsReadDocument } from "@/gql/sender/graphql";

/** A burst of messages is marked once, after it. */
const BURST_MS = 400;

/**
 * Moves the own read mark to `number` while the reader looks at it. The badge is gone at once; the other devices learn
 * it from the own feed. A mark that did not arrive is made good by the next one.
 */
export function useMarkAsRead(chatId: string, number: number, mark: number | undefined, visible: boolean): void {
  const client = useApolloClient();
  const { me } = useSignedIn();
  useEffect(() => {
    if (!visible || mark === undefined || number <= mark) return;
    const timer = setTimeout(() => {
      moveReadMark(client.cache, chatId, me, number);
      client
        .mutate({ mutation: MarkAsReadDocument, variables: { input: { chatId, number } } })
        .catch((error) => console.warn("reading was not marked; the next mark includes it", error));
    }, BURST_MS);
    return () => clearTimeout(timer);
  }, [client, chatId, me, number, mark, visible]);
}
