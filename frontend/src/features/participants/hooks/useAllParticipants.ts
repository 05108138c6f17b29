import { useEffect, useState } from "react";
import { useParticipants } from "./useParticipants";

/** All participants of a chat, page after page until there are no more. */
export function useAllParticipants(chatId: string) {
  const { participants, loaded, error, more } = useParticipants(chatId);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    more?.().then(
      () => setFailed(false),
      () => setFailed(true),
    );
  }, [more]);
  return { participants, complete: loaded && !more, failed: failed || error !== undefined };
}
