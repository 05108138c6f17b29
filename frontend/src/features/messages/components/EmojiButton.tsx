import { ActionIcon } from "@mantine/core";
import { useRef, useState } from "react";
import { EmojiPopover } from "@/features/emoji";
import { t } from "@/strings";
import { SmileIcon } from "@/ui/icons";
import styles from "./Composer.module.css";

/** Opens the emoji. Where a touch keyboard has them itself there is no button. */
export function EmojiButton({ onPick }: { onPick(emoji: string): void }) {
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpened(false);
    button.current?.focus();
  };
  return (
    <span className={styles.emoji}>
      <ActionIcon
        ref={button}
        size={42}
        radius="xl"
        aria-label={t.emoji.emoji}
        title={t.emoji.emoji}
        aria-haspopup="dialog"
        aria-expanded={opened}
        onClick={() => setOpened(true)}
      >
        <SmileIcon />
      </ActionIcon>
      {opened && <EmojiPopover label={t.emoji.emoji} onPick={onPick} onClose={close} />}
    </span>
  );
}
