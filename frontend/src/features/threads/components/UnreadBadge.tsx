import { t } from "@/strings";
import styles from "./UnreadBadge.module.css";

/** How much is left to read; nothing where that is nothing. */
export function UnreadBadge({ count, label = t.chats.unread(count) }: { count: number; label?: string }) {
  if (count === 0) return null;
  return (
    <span className={styles.badge} role="img" aria-label={label}>
      {count > 99 ? "99+" : count}
    </span>
  );
}
