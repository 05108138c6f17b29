import type { Strings } from "../en";
import { isolated as own } from "../isolated";
import { counted, FOLDED_REPLIES, REPLIES, THREADS_WITH_UNREAD } from "./counted";

/** Words for threads: replies to one message, beside the chat, in Arabic. */
export const threads: Strings["threads"] = {
  threads: "سلاسل الردود",
  thread: "سلسلة ردود",
  threadIn: (name) => `سلسلة ردود في ${own(name)}`,
  replies: "الردود",
  repliesCount: (count) => counted(count, REPLIES),
  foldedReplies: (count) => counted(count, FOLDED_REPLIES),
  noReplies: "لا ردود بعد",
  replyInThread: "الرد في سلسلة",
  replyField: "رد في السلسلة",
  someoneReplied: (name, text) => `رد ${own(name)} في سلسلة: ${own(text)}`,
  youReplied: (text) => `رددت في سلسلة: ${own(text)}`,
  follow: "متابعة",
  following: "تتابعها",
  unfollow: "تتابعها. إلغاء متابعة هذه السلسلة",
  followHint: "تُحسب الردود الجديدة في السلاسل التي تتابعها، وتظهر في قائمة السلاسل.",
  backToChat: "العودة إلى المحادثة",
  threadGone: "هذه السلسلة غير موجودة، أو لا يحق لك قراءتها",
  notAllowed: "سلاسل الردود متوقفة في هذه المحادثة.",
  unreadThreads: (count) => counted(count, THREADS_WITH_UNREAD),
  unreadFirst: "غير المقروءة أولًا",
  noThreads: "لا تتابع أي سلسلة",
  noThreadsHint: "رد على رسالة في سلسلة، أو تابع سلسلة، فتظهر هنا.",
};
