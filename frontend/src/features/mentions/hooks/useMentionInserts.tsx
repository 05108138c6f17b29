import { useMemo } from "react";
import { useSignedIn } from "@/session/services";
import type { Insert } from "@/ui/Markdown";
import { MentionName } from "../components/MentionName";
import { type Mentioning, placesIn } from "../model/mentioning";

const NOBODY: readonly Insert[] = [];

/** The names of those whom a message mentions, for the places of its text; nothing while no service has taken it. */
export function useMentionInserts(text: string, message: Mentioning | undefined): readonly Insert[] {
  const { me } = useSignedIn();
  return useMemo(() => {
    const places = message ? placesIn(text, message) : [];
    if (places.length === 0) return NOBODY;
    return places.map(({ start, length, userId, username, displayName }) => ({
      start,
      length,
      shown: <MentionName name={displayName} username={username} me={userId === me} />,
    }));
  }, [text, message, me]);
}
