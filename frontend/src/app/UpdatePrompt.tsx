import { useStore } from "@/api/store";
import { t } from "@/strings";
import { Prompt } from "@/ui/Prompt";
import styles from "./UpdatePrompt.module.css";
import type { Updates } from "./updates";

/** Says that there is a new version. Nothing changes under anyone's hands before they say so. */
export function UpdatePrompt({ updates }: { updates: Updates }) {
  const ready = useStore(updates.ready);
  return (
    <div role="status">
      {ready && (
        <div className={styles.place}>
          <Prompt text={t.app.newVersion} action={t.app.reload} onAction={() => updates.take()} />
        </div>
      )}
    </div>
  );
}
