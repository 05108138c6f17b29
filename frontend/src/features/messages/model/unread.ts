/** How many messages stand above a read mark and have not been removed; none for someone without a mark. */
export function unreadAbove(
  mark: number | undefined,
  chat: { messageCount: number; removedNumbers: readonly number[] },
): number {
  if (mark === undefined) return 0;
  const removed = chat.removedNumbers.filter((number) => number > mark && number <= chat.messageCount).length;
  return Math.max(0, chat.messageCount - mark - removed);
}
