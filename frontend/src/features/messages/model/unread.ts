/**
 * How many messages stand above a read mark, have not been removed, and are no replies of the reader's own, which move the mark
 * of a thread and not this one; none for someone without a mark.
 */
export function unreadAbove(
  mark: number | undefined,
  chat: { messageCount: number; removedNumbers: readonly number[]; ownReplyNumbers: readonly number[] },
): number {
  if (mark === undefined) return 0;
  const others = new Set([...chat.removedNumbers, ...chat.ownReplyNumbers]);
  let count = Math.max(0, chat.messageCount - mark);
  for (const number of others) if (number > mark && number <= chat.messageCount) count -= 1;
  return count;
}
