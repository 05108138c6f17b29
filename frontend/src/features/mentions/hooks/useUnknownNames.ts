import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { isMentionable } from "../model/candidates";
import { EVERYONE } from "../model/names";

/** Longer than it takes to write the next letter. */
const PAUSE_MS = 500;
/** So many names of one text are asked about; who writes more will see it in the message. */
const MAX_ASKED = 10;

/** Those of the names that nobody in the chat has, as far as that is known. A name that could not be asked about is none of them. */
export function useUnknownNames(chatId: string, names: readonly string[]): string[] {
  const client = useApolloClient();
  const [known, setKnown] = useState<ReadonlyMap<string, boolean>>(new Map());
  const asked = useRef(new Set<string>());
  const wanted = names.filter((name) => name !== EVERYONE).slice(0, MAX_ASKED);
  const open = wanted.filter((name) => !known.has(name)).join(" ");
  useEffect(() => {
    const ask = async (name: string) => {
      if (asked.current.has(name)) return;
      asked.current.add(name);
      try {
        const mentionable = await isMentionable(client, chatId, name);
        if (mentionable !== undefined) setKnown((before) => new Map(before).set(name, mentionable));
      } catch (error) {
        asked.current.delete(name);
        console.warn("it could not be asked whether somebody is called that", error);
      }
    };
    const timer = setTimeout(() => {
      for (const name of open.split(" ").filter(Boolean)) void ask(name);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [client, chatId, open]);
  return wanted.filter((name) => known.get(name) === false);
}
