import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";
import { number } from "./number";

/** Words for threads: replies to one message, beside the chat, in German. */
export const threads: Strings["threads"] = {
  threads: "Threads",
  thread: "Thread",
  threadIn: (name) => `Thread in ${own(name)}`,
  replies: "Antworten",
  repliesCount: (count) => (count === 1 ? "1 Antwort" : `${number(count)} Antworten`),
  foldedReplies: (count) => (count === 1 ? "1 Antwort in einem Thread" : `${number(count)} Antworten in Threads`),
  noReplies: "Noch keine Antworten",
  replyInThread: "Im Thread antworten",
  replyField: "Antwort im Thread",
  someoneReplied: (name, text) => `${own(name)} hat in einem Thread geantwortet: ${own(text)}`,
  youReplied: (text) => `Du hast in einem Thread geantwortet: ${own(text)}`,
  follow: "Folgen",
  following: "Gefolgt",
  unfollow: "Gefolgt. Diesem Thread nicht mehr folgen",
  followHint: "Neue Antworten in einem Thread, dem du folgst, werden gezählt, und er steht in der Liste der Threads.",
  backToChat: "Zurück zum Chat",
  threadGone: "Diesen Thread gibt es nicht, oder du darfst ihn nicht lesen",
  notAllowed: "Threads sind in diesem Chat ausgeschaltet.",
  unreadThreads: (count) =>
    count === 1 ? "1 Thread mit ungelesenen Antworten" : `${number(count)} Threads mit ungelesenen Antworten`,
  unreadFirst: "Ungelesene zuerst",
  noThreads: "Du folgst keinem Thread",
  noThreadsHint: "Antworte im Thread einer Nachricht oder folge einem, dann steht er hier.",
};
