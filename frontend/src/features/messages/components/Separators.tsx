import { UnstyledButton } from "@mantine/core";
import { t } from "@/strings";
import { dayName } from "@/strings/time";
import { useToday } from "@/ui/today";
import styles from "./Separators.module.css";

/** Between the days. In a chat, it leads to any other day. */
export function DaySeparator({ at, onChoose }: { at: string; onChoose?: ((at: string) => void) | undefined }) {
  useToday();
  const { days, name } = dayName(at);
  const text = days === 0 ? t.messages.today : days === 1 ? t.messages.yesterday : name;
  return (
    <div className={styles.day}>
      {onChoose ? (
        // The arrows lead to it, as to the messages.
        <UnstyledButton
          data-day
          tabIndex={-1}
          title={t.messages.jumpToDate}
          aria-haspopup="dialog"
          onClick={() => onChoose(at)}
        >
          <span>{text}</span>
        </UnstyledButton>
      ) : (
        <span title={name}>{text}</span>
      )}
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
