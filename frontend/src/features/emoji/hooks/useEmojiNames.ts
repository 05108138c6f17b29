import { useCallback, useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { language } from "@/strings";
import { loadNames, type Names } from "../model/catalogue";
import { withoutTone } from "../model/tones";

/**
 * What emoji are called in the reader's language, once that has been fetched; it is fetched where it is wanted. Whoever
 * does without it says the emoji alone.
 */
export function useEmojiNames(wanted: boolean): (emoji: string) => string | undefined {
  const spoken = useStore(language);
  const [names, setNames] = useState<Names>();
  useEffect(() => {
    if (!wanted) return;
    let left = false;
    loadNames(spoken).then(
      (loaded) => !left && setNames(loaded),
      (error) => console.warn("the names of the emoji could not be fetched", error),
    );
    return () => {
      left = true;
    };
  }, [spoken, wanted]);
  return useCallback((emoji) => names?.get(withoutTone(emoji)), [names]);
}
