import { useQuery } from "@apollo/client/react";
import { unmask } from "@/gql/receiver";
import { PinnedMessagesDocument, PinnedTextFragmentDoc } from "@/gql/receiver/graphql";

/** The pinned messages of a chat, the newest pin first. What was removed is none of them any longer. */
export function usePinnedMessages(chatId: string) {
  const { data, fetchMore } = useQuery(PinnedMessagesDocument, { variables: { chatId } });
  const page = data?.chat?.pinnedMessages;
  const pinned = (page?.nodes ?? []).flatMap(({ message: masked, ...pin }) => {
    const message = unmask(PinnedTextFragmentDoc, masked);
    return message.removedAt ? [] : [{ ...pin, message }];
  });
  const after = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : undefined;
  const more = after ? () => fetchMore({ variables: { after } }) : undefined;
  return { pinned, more };
}
