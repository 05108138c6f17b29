import { useEffect } from "react";
import { t } from "@/strings";
import { type ListedChat, unreadOf } from "../model/unread";

/** Says in the title of the tab how much is unread in all chats, for those who look at another one. */
export function useUnreadTitle(chats: readonly ListedChat[]): void {
  const unread = chats.reduce((sum, chat) => sum + unreadOf(chat), 0);
  useEffect(() => {
    document.title = t.tabTitle(unread);
    return () => {
      document.title = t.tabTitle(0);
    };
  }, [unread]);
}
