/** How many messages mention the reader above their mark and are still there; none for someone without a mark. */
export function unreadMentions(
  mark: number | undefined,
  chat: { mentionNumbers: readonly number[]; removedNumbers: readonly number[] },
): number {
  if (mark === undefined) return 0;
  const removed = new Set(chat.removedNumbers);
  return chat.mentionNumbers.filter((number) => number > mark && !removed.has(number)).length;
}
