import { useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { MessageReceiptsDocument } from "@/gql/receiver/graphql";

const PAGE = 100;

/** Who has received and read a message: page after page of those to whom it was sent, and live from then on. */
export function useMessageReceipts(chatId: string, number: number) {
  const variables = { chatId, number, first: PAGE };
  const { data, error, fetchMore } = useQuery(MessageReceiptsDocument, { variables, fetchPolicy: "cache-and-network" });
  const [failed, setFailed] = useState(false);
  const found = data?.messageReceipts;
  const after = found?.pageInfo.hasNextPage ? found.pageInfo.endCursor : undefined;
  useEffect(() => {
    if (!after) return;
    fetchMore({
      variables: { after },
      updateQuery: (before, { fetchMoreResult: { messageReceipts: more } }) => ({
        messageReceipts: more && { ...more, nodes: [...(before.messageReceipts?.nodes ?? []), ...more.nodes] },
      }),
    }).then(
      () => setFailed(false),
      () => setFailed(true),
    );
  }, [after, fetchMore]);
  return {
    receipts: found?.nodes ?? [],
    /** Whether it is known to whom the message was delivered: not in large chats. */
    tellsDelivered: found?.deliveredCount != null,
    /** Whether the reader may know who has read it. */
    tellsRead: found?.readCount != null,
    loaded: found != null,
    complete: found !== undefined && !after,
    failed: failed || error !== undefined,
  };
}
