import { useStore } from "@/api/store";
import styles from "./StatusLine.module.css";
import { status } from "./status";

/** Where a word about what was just done appears. */
export function StatusLine() {
  const said = useStore(status);
  return (
    <div className={styles.place} role="status">
      {said && <p className={styles.word}>{said.text}</p>}
    </div>
  );
}
