import { ActionIcon, Popover } from "@mantine/core";
import { lazy, Suspense, useRef, useState } from "react";
import { t } from "@/strings";
import { SmileIcon } from "@/ui/icons";
import styles from "./Composer.module.css";

const EmojiPicker = lazy(() => import("./EmojiPicker"));

/** Opens the emoji. Where a touch keyboard has them itself there is no button. */
export function EmojiButton({ onPick }: { onPick(emoji: string): void }) {
  const [opened, setOpened] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <Popover
      opened={opened}
      onChange={setOpened}
      position="top-start"
      shadow="md"
      trapFocus
      onDismiss={() => button.current?.focus()}
    >
      <Popover.Target>
        <ActionIcon
          ref={button}
          className={styles.emoji}
          size={42}
          radius="xl"
          aria-label={t.messages.emoji}
          title={t.messages.emoji}
          onClick={() => setOpened(!opened)}
        >
          <SmileIcon />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={t.messages.emoji} p={6}>
        <Suspense>
          <EmojiPicker
            onPick={(emoji) => {
              setOpened(false);
              onPick(emoji);
            }}
          />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
