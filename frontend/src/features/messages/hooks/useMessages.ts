import { useOwnReactions } from "@/features/reactions";
import { useMessageJumps } from "./useMessageJumps";
import { useMessagePages } from "./useMessagePages";
import { useMessageWindow } from "./useMessageWindow";

/** The messages of a chat around one place, the newest or one that was jumped to, with what loads more of them. */
export function useMessages(chatId: string, messageCount: number) {
  const shown = useMessageWindow(chatId, messageCount);
  const pages = useMessagePages(chatId, messageCount, shown);
  const jumps = useMessageJumps(chatId, messageCount, shown);
  const ownReactions = useOwnReactions(chatId, shown.edges);
  const { messages, atEnd, hasOlder, loaded, error, retry } = shown;
  return { messages, atEnd, hasOlder, loaded, error, retry, ownReactions, ...pages, ...jumps };
}

export type LoadedMessages = ReturnType<typeof useMessages>;
