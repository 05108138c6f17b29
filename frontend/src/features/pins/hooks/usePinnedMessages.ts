import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";
import { unmask } from "@/gql/receiver";
import { PinnedMessagesDocument, PinnedTextFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";

/** The pinned messages of a chat, the newest pin first. What was removed is none of them any longer. */
export function usePinnedMessages(chatId: string) {
  const { inbox } = useSignedIn();
  const { data, error, fetchMore, refetch } = useQuery(PinnedMessagesDocument, { variables: { chatId } });
  // What could not be read is read when there is a network again.
  useEffect(() => {
    if (!error) return;
    return inbox.state.subscribe(() => {
      if (inbox.state.get() === "live") refetch().catch(() => {});
    });
  }, [error, inbox, refetch]);
  const page = data?.chat?.pinnedMessages;
  const pinned = (page?.nodes ?? []).flatMap(({ message: masked, ...pin }) => {
    const message = unmask(PinnedTextFragmentDoc, masked);
    return message.removedAt ? [] : [{ ...pin, message }];
  });
  const after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
  const more = after ? () => fetchMore({ variables: { after } }) : undefined;
  return { pinned, more };
}
