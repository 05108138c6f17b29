import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Toggle } from "@/ui/Toggle";
import { useChoices } from "../hooks/useChoices";
import styles from "./Choices.module.css";

/** How much of its threads a chat shows. */
export function ThreadChoices() {
  const { preferences } = useSignedIn();
  const { foldReplies = false } = useChoices();
  return (
    <div className={styles.choices}>
      <Toggle
        label={t.preferences.foldReplies}
        hint={t.preferences.foldRepliesHint}
        checked={foldReplies}
        onChange={(on) => preferences.change({ foldReplies: on })}
      />
      <p className={styles.where}>{t.preferences.keptHere}</p>
    </div>
  );
}
