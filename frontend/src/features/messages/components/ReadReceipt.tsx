import { t } from "@/strings";
import { CheckIcon, ChecksIcon, ClockIcon } from "@/ui/icons";
import styles from "./Bubble.module.css";

/**
 * How far an own message has come: on its way, or there and read by so many. Said in words to those who do not see the
 * picture.
 */
export function ReadReceipt({ state, direct }: { state: number | "sending" | "waiting"; direct: boolean }) {
  if (state === "sending" || state === "waiting") {
    return (
      <span
        className={styles.ticks}
        role="img"
        aria-label={state === "sending" ? t.messages.sending : t.messages.waitingForNetwork}
      >
        <ClockIcon size={13} />
      </span>
    );
  }
  const read = state > 0;
  const label = read ? (direct ? t.messages.read : t.messages.readBy(state)) : t.messages.sent;
  return (
    <span className={styles.ticks} data-read={read || undefined} role="img" aria-label={label} title={label}>
      {read ? <ChecksIcon size={16} /> : <CheckIcon size={14} />}
      {read && !direct && <span aria-hidden="true">{state}</span>}
    </span>
  );
}
