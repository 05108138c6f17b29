import type { ListedChat } from "../model/listedChat";

/** How much is unread in all chats but the muted and the archived ones. */
export function unreadCount(chats: readonly ListedChat[]): number {
  const counted = chats.filter(({ settings }) => !settings.mutedUntil && !settings.archived);
  return counted.reduce((sum, { unread }) => sum + unread, 0);
}
