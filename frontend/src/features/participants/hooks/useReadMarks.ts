import { useMemo } from "react";
import { useSignedIn } from "@/session/services";
import { useParticipants } from "./useParticipants";

/** How far the others have read, as far as that is known: the first hundred of them. */
export function useReadMarks(chatId: string) {
  const { me } = useSignedIn();
  const { participants } = useParticipants(chatId);
  return useMemo(() => participants.filter(({ userId }) => userId !== me), [participants, me]);
}
