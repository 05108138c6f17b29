import type { ListedChat } from "../model/listedChat";

/** How much is unread in all chats but the muted and the archived ones; what is only marked as unread counts as one. */
export function unreadCount(chats: readonly ListedChat[]): number {
  const counted = chats.filter(({ settings }) => !settings.mutedUntil && !settings.archived);
  return counted.reduce((sum, { unread, settings }) => sum + (unread || (settings.unreadFrom === null ? 0 : 1)), 0);
}
