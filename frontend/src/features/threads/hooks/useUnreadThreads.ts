import { useEffect } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { unreadReplies } from "../model/unreadReplies";

/** In how many followed threads something is left to read, of the chats whose marks are given. */
export function useUnreadThreads(marks: ReadonlyMap<string, number>): number {
  const { threads } = useSignedIn();
  const states = useStore(threads.states);
  const told = [...states.values()].flatMap((own) => {
    const mark = marks.get(own.chatId);
    return mark === undefined ? [] : [unreadReplies(own, mark)];
  });
  // Who has read half of it on another device: only a service can tell what is left.
  const unsure = told.filter(({ exact }) => !exact).length;
  useEffect(() => {
    if (unsure > 0) threads.refreshSoon();
  }, [threads, unsure]);
  return told.filter(({ count }) => count > 0).length;
}
