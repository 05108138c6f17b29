import { useQuery } from "@apollo/client/react";
import { useEffect, useMemo, useReducer } from "react";
import { serverClock } from "@/api/serverClock";
import { useStore } from "@/api/store";
import { useSettingsIntents } from "@/features/chatSettings";
import { unmask } from "@/gql/receiver";
import { ChatByIdDocument, ChatsDocument, OwnParticipationFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { type ListedChat, listedChat } from "../model/listedChat";
import { inOrder } from "../model/order";

/** Timers know no longer time. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The caller's chats: those they pinned, then newest activity first. The inbox loads them and keeps them current; this only watches. */
export function useChats() {
  const { inbox, me } = useSignedIn();
  const loaded = useStore(inbox.loaded);
  const { data } = useQuery(ChatsDocument, { variables: { first: 50 }, fetchPolicy: "cache-only" });
  const intents = useSettingsIntents();
  const [ended, end] = useReducer((count: number) => count + 1, 0);
  const chats = useMemo(
    () =>
      inOrder(
        (data?.chats?.edges ?? []).map(({ node, participant }) =>
          listedChat(node, participant, me, intents.get(node.id)),
        ),
      ),
    [data?.chats?.edges, intents, me, ended],
  );
  useMutesEnd(chats, end);
  return { chats, loaded };
}

/** Tells when the next chat is no longer muted. */
function useMutesEnd(chats: readonly ListedChat[], end: () => void): void {
  useEffect(() => {
    const ends = chats.flatMap(({ settings: { mutedUntil } }) => (mutedUntil ? [Date.parse(mutedUntil)] : []));
    if (ends.length === 0) return;
    const ms = Math.max(0, Math.min(...ends) - serverClock.now()) + 1;
    const timer = setTimeout(end, Math.min(ms, MAX_TIMEOUT_MS));
    return () => clearTimeout(timer);
  }, [chats, end]);
}

/** One chat, from the list when it is there, else asked for. */
export function useChat(chatId: string) {
  const { me } = useSignedIn();
  const { data, loading, error } = useQuery(ChatByIdDocument, { variables: { id: chatId, me } });
  const found = data?.chat;
  const intent = useSettingsIntents().get(chatId);
  const listed = useMemo(
    () => (found ? listedChat(found, unmask(OwnParticipationFragmentDoc, found).participant, me, intent) : undefined),
    [found, me, intent],
  );
  return { listed, loading, error };
}
