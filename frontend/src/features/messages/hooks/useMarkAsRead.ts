import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef } from "react";
import { failureOf, isTemporary } from "@/api/errors";
import { moveReadMark } from "@/features/participants";
import { MarkAsReadDocument } from "@/gql/sender/graphql";
import { useSignedIn } from "@/session/services";

/** A burst of messages is marked once, after it. */
const BURST_MS = 400;
const RETRY_MS = 5_000;

/**
 * Moves the own read mark to `number` while the reader looks at it. Here it moves at once, so that a badge does not
 * flash for what is being read; the service hears of it after the burst, and the other devices from the own feed.
 */
export function useMarkAsRead(chatId: string, number: number, mark: number | undefined, looking: boolean): void {
  const client = useApolloClient();
  const { me } = useSignedIn();
  const told = useRef(mark ?? 0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (!looking || mark === undefined || number <= told.current) return;
    moveReadMark(client.cache, chatId, me, number);
    const tell = () =>
      client.mutate({ mutation: MarkAsReadDocument, variables: { input: { chatId, number } } }).then(
        () => {
          told.current = Math.max(told.current, number);
        },
        (error) => {
          if (isTemporary(failureOf(error))) timer.current = setTimeout(tell, RETRY_MS);
        },
      );
    clearTimeout(timer.current);
    timer.current = setTimeout(tell, BURST_MS);
  }, [client, chatId, me, number, mark, looking]);
}
