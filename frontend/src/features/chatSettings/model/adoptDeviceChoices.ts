import { FOR_GOOD, type SettingsIntent } from "./chatSettings";

/** What an earlier version kept on this device: it becomes what the account has, on top of what that has already. */
export async function adoptDeviceChoices(
  kept: { muted: readonly string[]; pinned: readonly string[] },
  isOwn: (chatId: string) => boolean,
  want: (chatId: string, intent: SettingsIntent) => Promise<void>,
): Promise<void> {
  const { muted, pinned } = kept;
  for (const chatId of new Set([...pinned, ...muted])) {
    if (!isOwn(chatId)) continue;
    await want(chatId, {
      ...(pinned.includes(chatId) && { isPinned: true }),
      ...(muted.includes(chatId) && { mutedUntil: FOR_GOOD }),
    });
  }
}
