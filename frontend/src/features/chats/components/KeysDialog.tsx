import { Modal } from "@mantine/core";
import { useEnterSends } from "@/features/preferences/hooks/useChoices";
import { t } from "@/strings";
import { shortcutName } from "@/ui/keys";
import styles from "./KeysDialog.module.css";

/** What the keyboard can do. */
export default function KeysDialog({ onClose }: { onClose(): void }) {
  const enterSends = useEnterSends();
  const names = t.keyNames;
  const keys: [string, string][] = [
    [shortcutName("K"), names.goToChat],
    ["Alt+↑ ↓", names.otherChat],
    ["Shift+Tab", names.toMessages],
    ["↑ ↓", names.betweenMessages],
    ["Enter", names.messageMenu],
    ["Esc", names.toField],
    ["↑", names.editLast],
    [enterSends ? "Enter" : shortcutName("Enter"), names.send],
    [enterSends ? "Shift+Enter" : "Enter", names.newLine],
    ["?", names.thisList],
  ];
  return (
    <Modal opened onClose={onClose} title={t.keys} closeButtonProps={{ "aria-label": t.close }}>
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
