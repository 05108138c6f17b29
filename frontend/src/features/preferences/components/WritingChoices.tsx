import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Toggle } from "@/ui/Toggle";
import { useEnterSends } from "../hooks/useChoices";
import styles from "./Choices.module.css";

/** What the keys do while one writes. */
export function WritingChoices() {
  const { preferences } = useSignedIn();
  const enterSends = useEnterSends();
  return (
    <div className={styles.choices}>
      <Toggle
        label={t.preferences.enterSends}
        hint={enterSends ? t.preferences.enterSendsHint : t.preferences.enterBreaksHint}
        checked={enterSends}
        onChange={(on) => preferences.change({ enterSends: on })}
      />
      <p className={styles.where}>{t.preferences.keptHere}</p>
    </div>
  );
}
