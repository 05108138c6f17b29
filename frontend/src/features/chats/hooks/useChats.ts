import { useQuery } from "@apollo/client/react";
import { useMemo } from "react";
import { useStore } from "@/api/store";
import { useChoices } from "@/features/preferences";
import { ChatByIdDocument, ChatsDocument } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { inOrder } from "../model/order";

/** The caller's chats: those they pinned, then newest activity first. The inbox loads them and keeps them current; this only watches. */
export function useChats() {
  const { inbox } = useSignedIn();
  const loaded = useStore(inbox.loaded);
  const { data } = useQuery(ChatsDocument, { variables: { first: 50 }, fetchPolicy: "cache-only" });
  const { pinned } = useChoices();
  const edges = useMemo(() => inOrder(data?.chats?.edges ?? [], pinned), [data?.chats?.edges, pinned]);
  return { edges, loaded };
}

/** One chat, from the list when it is there, else asked for. */
export function useChat(chatId: string) {
  const { me } = useSignedIn();
  const { data, loading, error } = useQuery(ChatByIdDocument, { variables: { id: chatId, me } });
  return { chat: data?.chat, loading, error };
}
