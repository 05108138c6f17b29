import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useSyncExternalStore } from "react";
import { useStore } from "@/api/store";
import { useOwnMark } from "@/features/participants";
import { useSignedIn } from "@/session/services";
import { type OwnThread, unreadReplies } from "../model/unreadReplies";

/** What the reader has to do with a thread, as far as that is known. */
function useOwn(rootId: string): OwnThread | undefined {
  const { states } = useSignedIn().threads;
  return useSyncExternalStore(
    states.subscribe,
    useCallback(() => states.get().get(rootId), [states, rootId]),
  );
}

/** How many replies of a thread are left to read; none for those who do not follow it. */
export function useUnreadReplies(chatId: string, rootId: string): number {
  const mark = useOwnMark(chatId);
  const own = useOwn(rootId);
  return mark === undefined ? 0 : unreadReplies(own, mark).count;
}

/** Whether the reader follows a thread that is open, how far they have read in it, and how much is left. */
export function useOwnThread({ chatId, id: rootId, number }: { chatId: string; id: string; number: number }) {
  const client = useApolloClient();
  const { threads } = useSignedIn();
  const chatMark = useOwnMark(chatId);
  const own = useOwn(rootId);
  const part = chatMark !== undefined;
  const loaded = useStore(threads.loaded);
  useEffect(() => {
    // One that is older than all that were told.
    if (!part || !loaded || threads.knows(rootId)) return;
    import("../requests")
      .then(({ loadOwnThread }) => loadOwnThread(client, threads, { chatId, id: rootId, number }))
      .catch((error) => console.warn("whether the thread is followed could not be read", error));
  }, [client, threads, chatId, rootId, number, part, loaded]);
  const following = own?.following === true;
  return {
    following,
    /** None for those who have none: what is new there, nobody can say. */
    mark: following && part ? Math.max(own.lastReadNumber, chatMark) : undefined,
    unread: part ? unreadReplies(own, chatMark).count : 0,
  };
}
