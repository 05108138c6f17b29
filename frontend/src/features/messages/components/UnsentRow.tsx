import { useSyncExternalStore } from "react";
import { useSignedIn } from "@/app/antiphon";
import { t } from "@/strings";
import { WarningIcon } from "@/ui/icons";
import { clockTime } from "@/ui/time";
import { isFewEmoji } from "../model/looks";
import type { UnsentMessage } from "../model/outbox";
import styles from "./Bubble.module.css";
import { MessageText } from "./MessageText";
import { Ticks } from "./Ticks";

/** A message on its way: in the outbox, or given back to its author with the reason. */
export function UnsentRow({ unsent, first }: { unsent: UnsentMessage; first: boolean }) {
  const { outbox } = useSignedIn();
  const online = useSyncExternalStore(subscribeOnline, () => navigator.onLine);
  return (
    <article
      className={styles.row}
      data-own
      data-first={first || undefined}
      data-emoji={isFewEmoji(unsent.content) || undefined}
      data-failed={unsent.failure ? true : undefined}
      aria-label={`${t.you}, ${unsent.failure ? t.notSent : t.sending}`}
    >
      <div className={styles.bubble}>
        <div dir="auto">
          <MessageText text={unsent.content} />
          <span className={styles.meta}>
            <span className={styles.facts}>
              <time dateTime={unsent.createdAt}>{clockTime(unsent.createdAt)}</time>
              {!unsent.failure && <Ticks state={online ? "sending" : "waiting"} direct />}
            </span>
          </span>
        </div>
      </div>
      {unsent.failure && (
        <div className={styles.failure} role="alert">
          <WarningIcon size={15} />
          <span>
            {t.notSent} {t.error[unsent.failure]}
          </span>
          <span>
            <button type="button" onClick={() => outbox.retry(unsent.id)}>
              {t.tryAgain}
            </button>
            <button type="button" onClick={() => outbox.discard(unsent.id)}>
              {t.discard}
            </button>
          </span>
        </div>
      )}
    </article>
  );
}

function subscribeOnline(listener: () => void): () => void {
  addEventListener("online", listener);
  addEventListener("offline", listener);
  return () => {
    removeEventListener("online", listener);
    removeEventListener("offline", listener);
  };
}
