import { Menu } from "@mantine/core";
import { useState } from "react";
import { quickEmoji, rememberEmoji, useEmojiNames, useSkinTone, withTone } from "@/features/emoji";
import { t } from "@/strings";
import { PlusIcon } from "@/ui/icons";
import styles from "./QuickReactions.module.css";

/** So many fit on the narrowest screen beside the button that leads to all others. */
const SHOWN = 6;

/** The first line of a message's menu: the emoji that were used last, and the way to all others. */
export function QuickReactions({ onPick, onMore }: { onPick(variant: string): void; onMore(): void }) {
  const [tone] = useSkinTone();
  const [quick] = useState(() => quickEmoji(SHOWN, (emoji) => withTone(emoji, tone)));
  const nameOf = useEmojiNames(true);
  const pick = (emoji: string) => {
    rememberEmoji(emoji);
    onPick(emoji);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a menu has groups, and no fieldsets
    <div className={styles.quick} role="group" aria-label={t.reactions.react}>
      {quick.map((emoji) => (
        <Menu.Item
          key={emoji}
          className={styles.emoji!}
          aria-label={t.reactions.reactWith(`${emoji} ${nameOf(emoji) ?? ""}`.trim())}
          onClick={() => pick(emoji)}
        >
          {emoji}
        </Menu.Item>
      ))}
      <Menu.Item
        className={styles.emoji!}
        aria-label={t.reactions.moreEmoji}
        title={t.reactions.moreEmoji}
        // The emoji take its place.
        closeMenuOnClick={false}
        onClick={onMore}
      >
        <PlusIcon size={18} />
      </Menu.Item>
    </div>
  );
}
