import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

/** Shows a thread of a chat beside it, or in its place; at one of its replies, if one is meant. */
export function useOpenThread(chatId: string) {
  const navigate = useNavigate();
  return useCallback(
    (rootId: string, at?: string) =>
      void navigate({ to: "/chats/$chatId/thread/$rootId", params: { chatId, rootId }, search: at ? { at } : {} }),
    [navigate, chatId],
  );
}
