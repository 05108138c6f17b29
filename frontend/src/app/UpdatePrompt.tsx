import { useStore } from "@/api/store";
import { t } from "@/strings";
import styles from "./UpdatePrompt.module.css";
import type { Updates } from "./updates";

/** Says that there is a new version. Nothing changes under anyone's hands before they say so. */
export function UpdatePrompt({ updates }: { updates: Updates }) {
  const ready = useStore(updates.ready);
  return (
    <div role="status">
      {ready && (
        <p className={styles.prompt}>
          {t.newVersion}
          <button type="button" className={styles.take} onClick={() => updates.take()}>
            {t.reload}
          </button>
        </p>
      )}
    </div>
  );
}
