import { useState } from "react";
import { type Mentioning, useMentionInserts } from "@/features/mentions";
import { t } from "@/strings";
import { Markdown } from "@/ui/Markdown";
import { useTabStop } from "@/ui/tabStop";
import { isFewEmoji, isLong } from "../model/looks";
import styles from "./MessageText.module.css";

/**
 * What a message says: few emoji alone are large, and a very long text begins folded. Whom it mentions is known of a message that
 * a service has taken.
 */
export function MessageText({ text, message }: { text: string; message?: Mentioning }) {
  const [whole, setWhole] = useState(false);
  const stop = useTabStop();
  const inserts = useMentionInserts(text, message);
  if (isFewEmoji(text)) return <span className={styles.emoji}>{text.trim()}</span>;
  if (!isLong(text)) return <Markdown text={text} inserts={inserts} />;
  return (
    <>
      <div className={styles.long} data-folded={!whole || undefined}>
        <Markdown text={text} inserts={inserts} />
      </div>
      <button
        type="button"
        className={styles.fold}
        tabIndex={stop}
        aria-expanded={whole}
        onClick={() => setWhole(!whole)}
      >
        {whole ? t.messages.showLess : t.messages.showAll}
      </button>
    </>
  );
}
