/** What the reader has to do with a thread. */
export interface OwnThread {
  chatId: string;
  rootId: string;
  following: boolean;
  /** The own mark in the thread: a number of the chat's, and only growing. */
  lastReadNumber: number;
  /** How many replies were left to read when a service was asked, up to `toldNumber` and above `toldMark`. */
  unreadCount: number;
  toldNumber: number;
  toldMark: number;
  /** The numbers of the replies after that, in order: those of others that have not been removed. */
  later: readonly number[];
}

/** A thread of which nothing is told yet. */
export const untold = (chatId: string, rootId: string): OwnThread => ({
  chatId,
  rootId,
  following: false,
  lastReadNumber: 0,
  unreadCount: 0,
  toldNumber: 0,
  toldMark: 0,
  later: [],
});

/**
 * How many replies of a thread are left to read for somebody who follows it: those above their mark in the thread and above
 * that in the chat, whichever is higher. Who has read the chat to its end has nothing left in any of its threads.
 *
 * It is not exact where a mark moved into the middle of what a service has counted: only that can tell then.
 */
export function unreadReplies(own: OwnThread | undefined, chatMark: number): { count: number; exact: boolean } {
  if (!own?.following) return { count: 0, exact: true };
  const mark = Math.max(own.lastReadNumber, chatMark);
  const later = own.later.filter((number) => number > mark).length;
  if (own.unreadCount === 0 || mark >= own.toldNumber) return { count: later, exact: true };
  return { count: own.unreadCount + later, exact: mark <= own.toldMark };
}
