import { useState } from "react";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { Toggle } from "@/ui/Toggle";
import { useChoices } from "../hooks/useChoices";
import styles from "./Choices.module.css";

/** How the reader hears of what arrives while they look elsewhere. The browser is asked on the click, never before. */
export function NoticeChoices() {
  const { preferences } = useSignedIn();
  const { notify, sound } = useChoices();
  const [refused, setRefused] = useState(false);
  const possible = isSecureContext && "Notification" in window;

  const wish = async (on: boolean) => {
    const allowed = !on || (await Notification.requestPermission()) === "granted";
    setRefused(!allowed);
    preferences.change({ notify: on && allowed });
  };
  return (
    <div className={styles.choices}>
      {/* Nothing that could be changed in the browser: without https it never shows any. */}
      {!isSecureContext && <p className={styles.hint}>{t.preferences.notifyNeedsHttps}</p>}
      {possible && (
        <Toggle
          label={t.preferences.notify}
          hint={t.preferences.notifyHint}
          checked={notify && Notification.permission === "granted"}
          onChange={(on) => void wish(on)}
        />
      )}
      {refused && <Notice tone="error">{t.preferences.notifyRefused}</Notice>}
      <Toggle
        label={t.preferences.playSound}
        hint={t.preferences.playSoundHint}
        checked={sound}
        onChange={(on) => preferences.change({ sound: on })}
      />
      <p className={styles.where}>{t.preferences.keptHere}</p>
    </div>
  );
}
