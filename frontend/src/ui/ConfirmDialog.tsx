import { Button, Modal } from "@mantine/core";
import styles from "./ConfirmDialog.module.css";

/** Asks before something that cannot be taken back. */
export function ConfirmDialog(props: {
  opened: boolean;
  title: string;
  text: string;
  confirm: string;
  cancel: string;
  busy?: boolean;
  onConfirm(): void;
  onClose(): void;
}) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title} withCloseButton={false} size="sm">
      <p className={styles.text}>{props.text}</p>
      <div className={styles.buttons}>
        <Button variant="default" onClick={props.onClose} data-autofocus>
          {props.cancel}
        </Button>
        <Button color="danger" onClick={props.onConfirm} loading={props.busy ?? false}>
          {props.confirm}
        </Button>
      </div>
    </Modal>
  );
}
