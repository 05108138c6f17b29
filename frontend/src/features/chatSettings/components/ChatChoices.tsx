import { useId } from "react";
import type { NotificationLevel } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { fullTime } from "@/strings/time";
import { Toggle } from "@/ui/Toggle";
import { FOR_GOOD, muteIntent, type ShownSettings } from "../model/chatSettings";
import { muteChoices } from "../model/muteChoices";
import styles from "./ChatChoices.module.css";

const LEVELS: readonly NotificationLevel[] = ["ALL", "MENTIONS", "NONE"];

/** What the reader has set for one chat. */
export function ChatChoices(props: { chatId: string; settings: ShownSettings; messageCount: number }) {
  const { chatId, settings, messageCount } = props;
  const { outbox } = useSignedIn();
  const set = (intent: Parameters<typeof outbox.set>[1]) => void outbox.set(chatId, intent);
  const { mutedUntil } = settings;
  const muted = useId();
  const level = useId();
  const names = { ALL: t.chatSettings.allMessages, MENTIONS: t.chatSettings.mentions, NONE: t.chatSettings.nothing };
  return (
    <div className={styles.choices}>
      <Toggle
        label={t.chatSettings.pinChat}
        checked={settings.pinnedAt !== null}
        onChange={(isPinned) => set({ isPinned, ...(isPinned && settings.archived && { archivedUpTo: null }) })}
      />
      <Toggle
        label={t.chatSettings.archiveChat}
        hint={t.chatSettings.archiveHint}
        checked={settings.archived}
        onChange={(on) => set(on ? { archivedUpTo: messageCount, isPinned: false } : { archivedUpTo: null })}
      />
      <Toggle
        label={t.chatSettings.muteChat}
        hint={t.chatSettings.muteHint}
        checked={mutedUntil !== null}
        onChange={(on) => set(muteIntent(settings, on ? FOR_GOOD : null))}
      />
      {mutedUntil !== null && (
        <div className={styles.row}>
          <label htmlFor={muted}>{t.chatSettings.howLong}</label>
          <select
            id={muted}
            className={styles.select}
            value=""
            onChange={(event) => set({ mutedUntil: muteChoices()[Number(event.currentTarget.value)]!.until() })}
          >
            <option value="" hidden>
              {mutedUntil === FOR_GOOD ? t.chatSettings.forGood : t.chatSettings.until(fullTime(mutedUntil))}
            </option>
            {muteChoices().map(({ name }, index) => (
              <option key={name} value={index}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className={styles.row}>
        <label htmlFor={level}>{t.chatSettings.notifyOf}</label>
        <select
          id={level}
          className={styles.select}
          value={settings.level}
          onChange={(event) => set({ notificationLevel: event.currentTarget.value as NotificationLevel })}
        >
          {LEVELS.map((one) => (
            <option key={one} value={one}>
              {names[one]}
            </option>
          ))}
        </select>
      </div>
      <p className={styles.where}>{t.chatSettings.onAllDevices}</p>
    </div>
  );
}
