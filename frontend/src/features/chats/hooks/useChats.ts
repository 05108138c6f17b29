import { useQuery } from "@apollo/client/react";
import { useMemo } from "react";
import { useStore } from "@/api/store";
import { useChoices } from "@/features/preferences";
import { unmask } from "@/gql/receiver";
import { ChatByIdDocument, ChatsDocument, OwnParticipationFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { listedChat } from "../model/listedChat";
import { inOrder } from "../model/order";

/** The caller's chats: those they pinned, then newest activity first. The inbox loads them and keeps them current; this only watches. */
export function useChats() {
  const { inbox, me } = useSignedIn();
  const loaded = useStore(inbox.loaded);
  const { data } = useQuery(ChatsDocument, { variables: { first: 50 }, fetchPolicy: "cache-only" });
  const { pinned } = useChoices();
  const chats = useMemo(
    () => inOrder(data?.chats?.edges ?? [], pinned).map(({ node, participant }) => listedChat(node, participant, me)),
    [data?.chats?.edges, pinned, me],
  );
  return { chats, loaded };
}

/** One chat, from the list when it is there, else asked for. */
export function useChat(chatId: string) {
  const { me } = useSignedIn();
  const { data, loading, error } = useQuery(ChatByIdDocument, { variables: { id: chatId, me } });
  const found = data?.chat;
  const listed = useMemo(
    () => (found ? listedChat(found, unmask(OwnParticipationFragmentDoc, found).participant, me) : undefined),
    [found, me],
  );
  return { listed, loading, error };
}
