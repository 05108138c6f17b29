import { useCallback } from "react";
import { useSignedIn } from "@/app/antiphon";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";

/** Changes the text of an own message: shown at once, and kept in the outbox until a service has taken or refused it. */
export function useEditMessage() {
  const { outbox } = useSignedIn();
  return useCallback(
    ({ id, chatId, content: before }: MessageFieldsFragment, content: string) => {
      void outbox.edit({ id, chatId, content, before: before ?? "" });
    },
    [outbox],
  );
}
