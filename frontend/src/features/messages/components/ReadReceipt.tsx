import type { Progress } from "@/features/receipts";
import { t } from "@/strings";
import { CheckIcon, ChecksIcon, ClockIcon } from "@/ui/icons";
import styles from "./Bubble.module.css";

/**
 * How far an own message has come: on its way, there, with everyone, or read by everyone. Each looks different without
 * colours, too, and is said in words to those who do not see the picture. A tap leads to who has it, as the menu does.
 */
export function ReadReceipt({ state, onOpen }: { state: Progress | "sending" | "waiting"; onOpen?: () => void }) {
  const labels = {
    sending: t.messages.sending,
    waiting: t.messages.waitingForNetwork,
    sent: t.messages.sent,
    delivered: t.messages.delivered,
    read: t.messages.read,
  };
  const Icon = state === "sent" ? CheckIcon : state === "delivered" || state === "read" ? ChecksIcon : ClockIcon;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: by key, the menu of the message leads there
    <span
      className={styles.ticks}
      data-read={state === "read" || undefined}
      role="img"
      aria-label={labels[state]}
      title={labels[state]}
      onClick={onOpen}
    >
      <Icon size={state === "sent" ? 14 : Icon === ClockIcon ? 13 : 16} />
    </span>
  );
}
