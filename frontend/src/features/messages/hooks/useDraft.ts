import { useParams } from "@tanstack/react-router";
import { useCallback, useSyncExternalStore } from "react";
import { useSignedIn } from "@/session/services";

/** What waits in a chat to be written on. Nothing for the chat that is open: there one sees it. */
export function useDraft(chatId: string): string | undefined {
  const { drafts } = useSignedIn();
  const open = useParams({ strict: false, select: (params) => params.chatId === chatId });
  const draft = useSyncExternalStore(
    drafts.subscribe,
    useCallback(() => drafts.get(chatId), [drafts, chatId]),
  );
  return open ? undefined : draft;
}
