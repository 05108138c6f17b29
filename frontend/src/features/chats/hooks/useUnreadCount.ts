import { useChoices } from "@/features/preferences";
import type { ListedChat } from "../model/listedChat";

/** How much is unread in all chats but the muted ones. */
export function useUnreadCount(chats: readonly ListedChat[]): number {
  const { muted } = useChoices();
  return chats.filter(({ chat }) => !muted.includes(chat.id)).reduce((sum, { unread }) => sum + unread, 0);
}
