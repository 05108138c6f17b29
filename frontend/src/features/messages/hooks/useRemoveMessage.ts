import { useCallback, useEffect } from "react";
import { useSignedIn } from "@/app/antiphon";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { tell } from "@/ui/status";

/** Removes a message: gone at once here, and for everyone when it was not undone in time or the chat is left. */
export function useRemoveMessage() {
  const { outbox, removals } = useSignedIn();
  useEffect(() => () => removals.settle(), [removals]);
  return useCallback(
    ({ id, chatId }: MessageFieldsFragment) => {
      if (outbox.hasRoomFor({ kind: "removal", id })) removals.hold({ id, chatId });
      else tell(t.tooMuchUnsent);
    },
    [outbox, removals],
  );
}
