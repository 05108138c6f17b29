import { useStore } from "@/api/store";
import { useServices, useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { momentTime } from "@/strings/time";
import { useToday } from "@/ui/today";
import { useConnection } from "../hooks/useConnection";
import styles from "./ConnectionLine.module.css";

/** Says so when what is seen may not be all there is, and until when it is. Nothing at all while everything is live. */
export function ConnectionLine() {
  const { health, session } = useServices();
  const { inbox, store } = useSignedIn();
  const state = useConnection();
  const failing = useStore(health.failing);
  const unkept = useStore(store.unkept).size > 0;
  const kept = useStore(session.stored);
  const current = useStore(inbox.current);
  useToday();
  const text =
    state === "catching-up"
      ? t.connection.catchingUp
      : navigator.onLine
        ? t.connection.reconnecting
        : t.connection.offline;
  return (
    <div className={styles.line} role="status" data-state={state} data-testid="connection">
      {state !== "live" && (
        <span className={styles.text}>
          {text} {current && t.connection.asOf(momentTime(current))}
        </span>
      )}
      {navigator.onLine &&
        failing.map((service) => (
          <span key={service} className={styles.text} data-trouble>
            {t.connection.failing[service]}
          </span>
        ))}
      {unkept && (
        <span className={styles.text} data-trouble>
          {t.connection.storageFull}
        </span>
      )}
      {!kept && (
        <span className={styles.text} data-trouble>
          {t.connection.sessionNotKept}
        </span>
      )}
    </div>
  );
}
