import { useChoices } from "@/features/preferences";
import { unmask } from "@/gql/receiver";
import { ChatRowFragmentDoc } from "@/gql/receiver/graphql";
import { type ListedChat, unreadOf } from "../model/unread";

/** How much is unread in all chats but the muted ones. */
export function useUnreadCount(chats: readonly ListedChat[]): number {
  const { muted } = useChoices();
  return chats
    .filter(({ node }) => !muted.includes(unmask(ChatRowFragmentDoc, node).id))
    .reduce((sum, chat) => sum + unreadOf(chat), 0);
}
