import styles from "./Prompt.module.css";

/** A sentence that floats over the page, with one thing to do about it. */
export function Prompt({ text, action, onAction }: { text: string; action: string; onAction(): void }) {
  return (
    <p className={styles.prompt}>
      {text}
      <button type="button" className={styles.take} onClick={onAction}>
        {action}
      </button>
    </p>
  );
}
