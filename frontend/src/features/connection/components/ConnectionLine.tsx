import { t } from "@/strings";
import { useConnection } from "../hooks/useConnection";
import styles from "./ConnectionLine.module.css";

/** Says so when what is seen may not be all there is. Nothing at all while everything is live. */
export function ConnectionLine() {
  const state = useConnection();
  const text = state === "catching-up" ? t.catchingUp : navigator.onLine ? t.reconnecting : t.offline;
  return (
    <div className={styles.line} role="status" data-state={state} data-testid="connection">
      {state !== "live" && <span className={styles.text}>{text}</span>}
    </div>
  );
}
