import { useEffect } from "react";
import { useChoices } from "@/features/preferences/hooks/useChoices";
import { unmask } from "@/gql/receiver";
import { ChatRowFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { type ListedChat, unreadOf } from "../model/unread";

/** Says in the title of the tab how much is unread in all chats but the muted ones, for those who look at another tab. */
export function useUnreadTitle(chats: readonly ListedChat[]): void {
  const { muted } = useChoices();
  const unread = chats
    .filter(({ node }) => !muted.includes(unmask(ChatRowFragmentDoc, node).id))
    .reduce((sum, chat) => sum + unreadOf(chat), 0);
  useEffect(() => {
    document.title = t.tabTitle(unread);
    return () => {
      document.title = t.tabTitle(0);
    };
  }, [unread]);
}
