import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { useSignedIn } from "@/session/services";

/** Marks a chat as unread from a message on, and leaves it: whoever looks at it again has it no longer marked. */
export function useMarkUnread(chatId: string) {
  const { outbox } = useSignedIn();
  const navigate = useNavigate();
  return useCallback(
    (number: number) => {
      void outbox.set(chatId, { unreadFrom: number });
      void navigate({ to: "/" });
    },
    [outbox, chatId, navigate],
  );
}

/** From where on a chat was marked as unread when it was opened. It is marked no longer. */
export function useMarkedUnread(chatId: string, unreadFrom: number | null): number | undefined {
  const { outbox } = useSignedIn();
  const [from] = useState(unreadFrom ?? undefined);
  useEffect(() => {
    if (from !== undefined) void outbox.set(chatId, { unreadFrom: null });
  }, [outbox, chatId, from]);
  return from;
}
