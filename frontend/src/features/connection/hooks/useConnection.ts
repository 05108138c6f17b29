import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import type { LiveState } from "@/live/inbox";
import { useSignedIn } from "@/session/services";

/** Shorter interruptions than this are not worth a word: most end before anyone has read it. */
const CALM_MS = 1_200;

/** How current what is seen is, worth telling. */
export function useConnection(): LiveState {
  const { inbox } = useSignedIn();
  const state = useStore(inbox.state);
  const [shown, setShown] = useState(state);
  useEffect(() => {
    const immediately = state === "live" || !navigator.onLine;
    const timer = setTimeout(() => setShown(state), immediately ? 0 : CALM_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return shown;
}
