import { Modal, Popover } from "@mantine/core";
import { lazy, Suspense } from "react";
import { t } from "@/strings";
import { useCoarsePointer } from "@/ui/pointer";
import styles from "./EmojiPopover.module.css";

const EmojiPicker = lazy(() => import("./EmojiPicker"));

/**
 * The emoji beside the positioned element that this is in; where one points with a finger, over the page. Exists only while
 * they are shown. `onClose` is also where the focus is given back.
 */
export function EmojiPopover(props: { label: string; onPick(emoji: string): void; onClose(): void }) {
  const { label, onClose } = props;
  const coarse = useCoarsePointer();
  const picker = (
    <Suspense>
      <EmojiPicker
        onPick={(emoji) => {
          onClose();
          props.onPick(emoji);
        }}
      />
    </Suspense>
  );
  if (coarse) {
    return (
      <Modal opened onClose={onClose} title={label} closeButtonProps={{ "aria-label": t.ui.close }}>
        {picker}
      </Modal>
    );
  }
  return (
    <Popover opened onChange={(opened) => !opened && onClose()} position="top-start" shadow="md" trapFocus>
      <Popover.Target>
        {/* Pressing the button again closes it; a keyboard has Escape. */}
        <span className={styles.anchor} aria-hidden="true" onClick={onClose} />
      </Popover.Target>
      <Popover.Dropdown aria-label={label} p={8}>
        {picker}
      </Popover.Dropdown>
    </Popover>
  );
}
