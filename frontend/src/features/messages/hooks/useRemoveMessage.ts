import { useCallback, useEffect } from "react";
import { useSignedIn } from "@/app/antiphon";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";

/** Removes a message: gone at once here, and for everyone when it was not undone in time or the chat is left. */
export function useRemoveMessage() {
  const { removals } = useSignedIn();
  useEffect(() => () => removals.settle(), [removals]);
  return useCallback(
    ({ id, chatId }: MessageFieldsFragment) => {
      removals.hold({ id, chatId });
    },
    [removals],
  );
}
