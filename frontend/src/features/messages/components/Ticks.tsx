import { t } from "@/strings";
import { CheckIcon, ChecksIcon, ClockIcon } from "@/ui/icons";
import type { Ticks as TicksState } from "../model/readers";
import styles from "./Bubble.module.css";

/** How far an own message has come. Said in words to those who do not see the picture. */
export function Ticks({ ticks, direct }: { ticks: TicksState | "sending" | "waiting"; direct: boolean }) {
  if (ticks === "sending" || ticks === "waiting") {
    return (
      <span className={styles.ticks} role="img" aria-label={ticks === "sending" ? t.sending : t.waitingForNetwork}>
        <ClockIcon size={13} />
      </span>
    );
  }
  const read = ticks.state === "read";
  const label = read ? (direct ? t.read : t.readBy(ticks.count)) : t.sent;
  return (
    <span className={styles.ticks} data-read={read || undefined} role="img" aria-label={label} title={label}>
      {read ? <ChecksIcon size={16} /> : <CheckIcon size={14} />}
      {read && !direct && <span aria-hidden="true">{ticks.count}</span>}
    </span>
  );
}
