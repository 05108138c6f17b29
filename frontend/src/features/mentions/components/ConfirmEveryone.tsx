import { t } from "@/strings";
import { ConfirmDialog } from "@/ui/ConfirmDialog";

/** Asks before very many are called to look at a message. */
export default function ConfirmEveryone(props: { people: number; onConfirm(): void; onClose(): void }) {
  return (
    <ConfirmDialog
      opened
      title={t.mentions.notifyTitle(props.people)}
      text={t.mentions.notifyText}
      confirm={t.mentions.notify}
      cancel={t.ui.cancel}
      onConfirm={props.onConfirm}
      onClose={props.onClose}
    />
  );
}
