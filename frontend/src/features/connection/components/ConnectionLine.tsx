import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/app/antiphon";
import { t } from "@/strings";
import styles from "./ConnectionLine.module.css";

/** Shorter interruptions than this are not worth a word: most end before anyone has read it. */
const CALM_MS = 1_200;

/** Says so when what is seen may not be all there is. Nothing at all while everything is live. */
export function ConnectionLine() {
  const { inbox } = useSignedIn();
  const state = useStore(inbox.state);
  const [shown, setShown] = useState(state);
  useEffect(() => {
    const immediately = state === "live" || !navigator.onLine;
    const timer = setTimeout(() => setShown(state), immediately ? 0 : CALM_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const text = shown === "catching-up" ? t.catchingUp : navigator.onLine ? t.reconnecting : t.offline;
  return (
    <div className={styles.line} role="status" data-state={shown} data-testid="connection">
      {shown !== "live" && <span className={styles.text}>{text}</span>}
    </div>
  );
}
