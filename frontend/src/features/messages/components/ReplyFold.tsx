import { type KeyboardEvent, useState } from "react";
import { t } from "@/strings";
import { ThreadIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import type { Row } from "../model/rows";
import styles from "./ReplyLine.module.css";

/** In a chat whose reader folds the replies in threads: how many are hidden here. Shows and hides them. */
export function ReplyFold(props: { fold: Extract<Row, { kind: "fold" }>; onToggle(): void }) {
  const { fold, onToggle } = props;
  const [entered, setEntered] = useState(false);
  const text = t.threads.foldedReplies(fold.replies.length);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== "Enter" || event.target !== event.currentTarget || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    onToggle();
  };
  return (
    <article
      className={styles.row}
      data-number={fold.number}
      tabIndex={-1}
      aria-label={text}
      onFocus={() => setEntered(true)}
      onBlur={() => setEntered(false)}
      onKeyDown={onKeyDown}
    >
      <button
        type="button"
        className={styles.line}
        tabIndex={entered ? 0 : -1}
        aria-expanded={fold.open}
        onClick={onToggle}
      >
        <ThreadIcon size={15} />
        <span className={styles.text}>{text}</span>
        <span className={styles.caret} data-open={fold.open || undefined} aria-hidden="true" />
      </button>
    </article>
  );
}
