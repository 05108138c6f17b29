import { t } from "@/strings";
import { dayName } from "@/strings/time";
import { useToday } from "@/ui/today";
import styles from "./Separators.module.css";

export function DaySeparator({ at }: { at: string }) {
  useToday();
  const { days, name } = dayName(at);
  const text = days === 0 ? t.messages.today : days === 1 ? t.messages.yesterday : name;
  return (
    <div className={styles.day}>
      <span title={name}>{text}</span>
    </div>
  );
}

export function NewMessagesLine() {
  return (
    <div className={styles.new}>
      <span>{t.messages.newMessages}</span>
    </div>
  );
}

/** In a thread, between what it answers and the replies. */
export function RepliesLine({ count }: { count: number }) {
  return (
    <div className={styles.replies}>
      <span>{count > 0 ? t.threads.repliesCount(count) : t.threads.noReplies}</span>
    </div>
  );
}

export function Beginning() {
  return (
    <div className={styles.beginning}>
      <strong>{t.messages.startOfChat}</strong>
    </div>
  );
}
