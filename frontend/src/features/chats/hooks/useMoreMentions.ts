import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef } from "react";
import { unmask } from "@/gql/receiver";
import { ChatPageFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import type { ListedChat } from "../model/listedChat";
import { loadChat } from "../model/loadChats";

/** The services tell so many mentions of a chat at once, beginning with the oldest. */
const MAX_TOLD = 100;

/** Where there are more mentions than a service tells at once, the next are asked for when the reader has read some of those. */
export function useMoreMentions(chats: readonly ListedChat[]): void {
  const client = useApolloClient();
  const { me } = useSignedIn();
  const asked = useRef(new Map<string, number>());
  useEffect(() => {
    for (const { chat, mark } of chats) {
      const { mentionNumbers } = unmask(ChatPageFragmentDoc, chat);
      const [first] = mentionNumbers;
      if (mentionNumbers.length < MAX_TOLD || mark === undefined || first === undefined || first > mark) continue;
      if (asked.current.get(chat.id) === mark) continue;
      asked.current.set(chat.id, mark);
      loadChat(client, chat.id, me).catch((error) => console.warn("more mentions could not be read", error));
    }
  }, [client, me, chats]);
}
