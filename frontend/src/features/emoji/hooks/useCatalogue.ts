import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { language } from "@/strings";
import { type Catalogue, loadCatalogue } from "../model/catalogue";

/** All emoji in the reader's language: fetched when they are first looked at. */
export function useCatalogue() {
  const spoken = useStore(language);
  const [catalogue, setCatalogue] = useState<Catalogue>();
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(1);
  useEffect(() => {
    let left = attempt === 0;
    setFailed(false);
    loadCatalogue(spoken).then(
      (loaded) => !left && setCatalogue(loaded),
      (error) => {
        console.warn("the emoji could not be fetched", error);
        if (!left) setFailed(true);
      },
    );
    return () => {
      left = true;
    };
  }, [spoken, attempt]);
  return { catalogue, failed, retry: () => setAttempt(attempt + 1) };
}
