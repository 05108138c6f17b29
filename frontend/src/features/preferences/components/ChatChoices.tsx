import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Toggle } from "@/ui/Toggle";
import { useChoices } from "../hooks/useChoices";
import styles from "./Choices.module.css";

/** What the reader has chosen about one chat. */
export function ChatChoices({ chatId }: { chatId: string }) {
  const { preferences } = useSignedIn();
  const { muted, pinned } = useChoices();
  return (
    <div className={styles.choices}>
      <Toggle
        label={t.preferences.pinChat}
        checked={pinned.includes(chatId)}
        onChange={(on) => preferences.set("pinned", chatId, on)}
      />
      <Toggle
        label={t.preferences.muteChat}
        hint={t.preferences.muteHint}
        checked={muted.includes(chatId)}
        onChange={(on) => preferences.set("muted", chatId, on)}
      />
      <p className={styles.where}>{t.preferences.keptHere}</p>
    </div>
  );
}
