import { useCallback } from "react";
import { v7 } from "uuid";
import { useSignedIn } from "@/app/antiphon";

/** Puts a message into the outbox: seen at once, sent in order, kept over a reload. */
export function useSendMessage(chatId: string) {
  const { outbox } = useSignedIn();
  return useCallback(
    (content: string, replyToId: string | null) => {
      void outbox.send({ id: v7(), chatId, content, replyToId, createdAt: new Date().toISOString() });
    },
    [outbox, chatId],
  );
}
