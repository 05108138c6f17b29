import type { ApolloClient } from "@apollo/client";
import type { StateReader } from "@/live/inbox";
import { isListed } from "../cache";
import { loadChat, loadChats } from "./loadChats";

/** How the inbox reads the list of chats, and one chat. */
export function chatReader(client: ApolloClient, me: string): Omit<StateReader, "forget"> {
  return {
    readList: (begin) => loadChats(client, begin, me),
    readChat: (chatId, atLeast) => loadChat(client, chatId, me, atLeast),
    isListed: (chatId) => isListed(client.cache, chatId),
  };
}
