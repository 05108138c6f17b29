import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { useSignedIn } from "@/session/services";
import { type Candidate, candidatesFor } from "../model/candidates";

/** Whoever types on need not be answered in between. */
const PAUSE_MS = 150;

const NOBODY: readonly Candidate[] = [];

/** Who can be meant by what is being written: asked for once typing pauses. An answer that comes after the next question is dropped. */
export function useCandidates(chatId: string, query: string | undefined): readonly Candidate[] {
  const client = useApolloClient();
  const { me } = useSignedIn();
  const [found, setFound] = useState<{ query: string; people: readonly Candidate[] }>();
  const known = useRef(new Map<string, readonly Candidate[]>());
  useEffect(() => {
    if (query === undefined) return;
    let stale = false;
    const tell = (people: readonly Candidate[]) => {
      if (!stale) setFound({ query, people });
    };
    const before = known.current.get(query);
    if (before) tell(before);
    const ask = () =>
      candidatesFor(client, chatId, query, me).then(
        (people) => {
          known.current.set(query, people);
          tell(people);
        },
        (error) => console.warn("nobody could be looked for", error),
      );
    // The first letter is answered at once, so that those who need the list see that there is one.
    const timer = setTimeout(ask, query === "" ? 0 : PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [client, chatId, query, me]);
  if (query === undefined || !found) return NOBODY;
  // Until the next answer, those of the last one who still fit.
  return found.query === query ? found.people : found.people.filter((person) => begins(person, query));
}

function begins({ username, displayName }: Candidate, query: string): boolean {
  const wanted = query.toLowerCase();
  return [username, ...displayName.split(/\s+/)].some((word) => word.toLowerCase().startsWith(wanted));
}
