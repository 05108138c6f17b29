import { useCallback } from "react";
import { v7 } from "uuid";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { tell } from "@/ui/status";

/**
 * Puts a message into the outbox: seen at once, sent in order, kept over a reload. Tells whether there was room for it;
 * if not, the reader has been told why. `threadRootId` is the message in whose thread it is a reply.
 */
export function useSendMessage(chatId: string, threadRootId?: string) {
  const { outbox } = useSignedIn();
  return useCallback(
    (content: string, replyToId: string | null) => {
      const id = v7();
      if (!outbox.hasRoomFor({ kind: "message", id })) {
        tell(t.messages.tooMuchUnsent);
        return false;
      }
      const createdAt = new Date().toISOString();
      void outbox.send({ id, chatId, content, replyToId, createdAt, ...(threadRootId && { threadRootId }) });
      return true;
    },
    [outbox, chatId, threadRootId],
  );
}
