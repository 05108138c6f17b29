import { useMemo } from "react";
import { useOwnReactions } from "@/features/reactions";
import type { CachedMessageFragment } from "@/gql/receiver/graphql";
import type { Timeline } from "../model/timeline";
import { useMessageJumps } from "./useMessageJumps";
import { useMessagePages } from "./useMessagePages";
import { useMessageWindow } from "./useMessageWindow";

/**
 * The messages of a chat, or the replies of the thread that `root` starts, around one place: the newest or one that was jumped
 * to; with what loads more of them. `count` is how many there are.
 */
export function useMessages(chatId: string, count: number, root?: CachedMessageFragment) {
  const rootId = root?.id;
  const timeline = useMemo<Timeline>(() => (rootId === undefined ? { chatId } : { chatId, rootId }), [chatId, rootId]);
  const shown = useMessageWindow(timeline, count);
  const pages = useMessagePages(timeline, count, shown);
  const jumps = useMessageJumps(timeline, count, shown);
  const { messages, threads, atEnd, hasOlder, loaded, error, retry, edges } = shown;
  // It stands above its replies.
  const all = useMemo(() => (root ? [{ cursor: root.id, message: root }, ...edges] : edges), [root, edges]);
  const ownReactions = useOwnReactions(chatId, all);
  return { messages, threads, atEnd, hasOlder, loaded, error, retry, ownReactions, ...pages, ...jumps };
}

export type LoadedMessages = ReturnType<typeof useMessages>;
