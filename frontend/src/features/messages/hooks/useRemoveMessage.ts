import { useCallback, useEffect } from "react";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { tell } from "@/ui/status";

/** Removes a message: gone at once here, and for everyone when it was not undone in time or the chat is left. */
export function useRemoveMessage() {
  const { outbox, removals } = useSignedIn();
  useEffect(() => () => removals.flush(), [removals]);
  return useCallback(
    (id: string, chatId: string) => {
      if (outbox.hasRoomFor({ kind: "removal", id })) removals.schedule({ id, chatId });
      else tell(t.messages.tooMuchUnsent);
    },
    [outbox, removals],
  );
}
