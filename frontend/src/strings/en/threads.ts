import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for threads: replies to one message, beside the chat, in English. */
export const threads = {
  threads: "Threads",
  thread: "Thread",
  threadIn: (name: string) => `Thread in ${own(name)}`,
  replies: "Replies",
  repliesCount: (count: number) => (count === 1 ? "1 reply" : `${count.toLocaleString("en")} replies`),
  foldedReplies: (count: number) =>
    count === 1 ? "1 reply in a thread" : `${count.toLocaleString("en")} replies in threads`,
  noReplies: "No replies yet",
  replyInThread: "Reply in thread",
  replyField: "Reply in the thread",
  someoneReplied: (name: string, text: string) => `${own(name)} replied in a thread: ${own(text)}`,
  youReplied: (text: string) => `You replied in a thread: ${own(text)}`,
  follow: "Follow",
  following: "Following",
  unfollow: "Following. Stop following this thread",
  followHint: "New replies in a thread that you follow are counted, and it stands in the list of threads.",
  backToChat: "Back to the chat",
  threadGone: "This thread doesn't exist, or you may not read it",
  notAllowed: "Threads are turned off in this chat.",
  unreadThreads: (count: number) =>
    count === 1 ? "1 thread with unread replies" : `${count.toLocaleString("en")} threads with unread replies`,
  unreadFirst: "Unread first",
  noThreads: "You follow no threads",
  noThreadsHint: "Reply to a message in a thread, or follow one, and it stands here.",
};
