import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useRef } from "react";
import { SetTypingDocument } from "@/gql/sender/graphql";

/** Told at most this often while someone keeps typing; others stop showing it by themselves some seconds later. */
const REPEAT_MS = 3_000;

/** Tells the chat that the reader types, or has stopped. Best effort: a failure is not worth a word. */
export function useTypingSignal(chatId: string) {
  const client = useApolloClient();
  const toldAt = useRef(0);

  const tell = useCallback(
    (typing: boolean) => {
      const now = Date.now();
      if (typing ? now - toldAt.current < REPEAT_MS : toldAt.current === 0) return;
      toldAt.current = typing ? now : 0;
      client
        .mutate({ mutation: SetTypingDocument, variables: { input: { chatId, typing } }, fetchPolicy: "no-cache" })
        .catch(() => {});
    },
    [client, chatId],
  );
  useEffect(() => () => tell(false), [tell]);
  return tell;
}
