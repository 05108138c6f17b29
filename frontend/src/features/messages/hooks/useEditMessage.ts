import { useCallback } from "react";
import type { ComposerMessageFragment } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { tell } from "@/ui/status";

/**
 * Changes the text of an own message: shown at once, and kept in the outbox until a service has taken or refused it.
 * Tells whether there was room for it; if not, the reader has been told why.
 */
export function useEditMessage() {
  const { outbox } = useSignedIn();
  return useCallback(
    ({ id, chatId, content: before }: ComposerMessageFragment, content: string) => {
      if (!outbox.hasRoomFor({ kind: "edit", id })) {
        tell(t.messages.tooMuchUnsent);
        return false;
      }
      void outbox.edit({ id, chatId, content, before: before ?? "" });
      return true;
    },
    [outbox],
  );
}
