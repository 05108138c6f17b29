import { useApolloClient, useQuery } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { ReceiptsDocument } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { hasReceipts, type Receipt, type ReceiptLimit } from "../model/progress";

const NONE: readonly Receipt[] = [];

/**
 * How far messages have come on the way to the others in a chat. It changes live by signals, which are not kept for those who
 * were away: after each interruption it is read again, and whenever someone has come or left.
 */
export function useReceipts(chat: ReceiptLimit & { id: string }): readonly Receipt[] {
  const { id: chatId, participantCount } = chat;
  const client = useApolloClient();
  const { inbox } = useSignedIn();
  const live = useStore(inbox.state) === "live";
  const has = hasReceipts(chat);
  /** How many took part when it was read. */
  const [counted, setCounted] = useState<number>();
  const { data } = useQuery(ReceiptsDocument, { variables: { chatId }, fetchPolicy: "cache-only", skip: !has });
  useEffect(() => {
    if (!live || !has) return;
    client.query({ query: ReceiptsDocument, variables: { chatId }, fetchPolicy: "network-only" }).then(
      () => setCounted(participantCount),
      (error) => console.warn("receipts could not be read", error),
    );
  }, [client, chatId, live, has, participantCount]);
  // Someone who has just come may have none of it.
  const known = counted === undefined || counted === participantCount;
  return (has && known && data?.chat?.receipts) || NONE;
}
