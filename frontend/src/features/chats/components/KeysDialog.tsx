import { Modal } from "@mantine/core";
import { useEnterSends } from "@/features/preferences";
import { t } from "@/strings";
import { shortcutName } from "@/ui/keys";
import styles from "./KeysDialog.module.css";

/** What the keyboard can do. */
export default function KeysDialog({ onClose }: { onClose(): void }) {
  const enterSends = useEnterSends();
  const names = t.chats.keyNames;
  const caps = t.ui.keyCaps;
  const keys: [string, string][] = [
    [shortcutName("K"), names.search],
    ["Alt+↑ ↓", names.otherChat],
    [`${caps.shift}+Tab`, names.toMessages],
    ["↑ ↓", names.betweenMessages],
    [caps.enter, names.messageMenu],
    ["+", names.react],
    ["T", names.thread],
    ["Esc", names.toField],
    ["↑", names.editLast],
    [enterSends ? caps.enter : shortcutName(caps.enter), names.send],
    [enterSends ? `${caps.shift}+${caps.enter}` : caps.enter, names.newLine],
    [`${shortcutName("B")} · ${shortcutName("I")}`, names.emphasize],
    [shortcutName("K"), names.link],
    ["@", names.mention],
    ["?", names.thisList],
  ];
  return (
    <Modal opened onClose={onClose} title={t.chats.keys} closeButtonProps={{ "aria-label": t.ui.close }}>
      <dl className={styles.keys}>
        {keys.map(([key, name]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <kbd dir="ltr">{key}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
