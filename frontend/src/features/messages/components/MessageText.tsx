import { useState } from "react";
import { t } from "@/strings";
import { Markdown } from "@/ui/Markdown";
import { useTabStop } from "@/ui/tabStop";
import { isFewEmoji, isLong } from "../model/looks";
import styles from "./MessageText.module.css";

/** What a message says: few emoji alone are large, and a very long text begins folded. */
export function MessageText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const stop = useTabStop();
  if (isFewEmoji(text)) return <span className={styles.emoji}>{text.trim()}</span>;
  if (!isLong(text)) return <Markdown text={text} />;
  return (
    <>
      <div className={styles.long} data-folded={!whole || undefined}>
        <Markdown text={text} />
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
