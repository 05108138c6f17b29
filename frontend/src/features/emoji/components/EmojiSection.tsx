import { type CSSProperties, memo } from "react";
import type { Emoji, EmojiGroup } from "../model/catalogue";
import { COLUMNS } from "../model/grid";
import styles from "./EmojiPicker.module.css";

/** Emoji under one heading, each as it is chosen: in its tone. */
export interface Section {
  key: EmojiGroup | "recent" | "found";
  name: string;
  emoji: readonly Emoji[];
}

/** A few show letters: whoever speaks to the page says what they see. */
const HAS_LETTERS = /\p{Alphabetic}/u;

/** Not made anew with every letter that is typed elsewhere in the picker: there are many. */
export const EmojiSection = memo(function EmojiSection(props: {
  section: Section;
  place: number;
  /** Whether it has come near to what is in view; until then it is only as tall as it will be. */
  near: boolean;
  /** Whether its first emoji is where the Tab key stops; the arrows reach all others. */
  first: boolean;
  onPick(emoji: string): void;
}) {
  const { section, place, near, first, onPick } = props;
  const style = { "--lines": Math.ceil(section.emoji.length / COLUMNS) } as CSSProperties;
  return (
    <section aria-label={section.name} data-group={section.key}>
      <div className={styles.name} aria-hidden="true">
        {section.name}
      </div>
      <div className={styles.grid} style={near ? undefined : style}>
        {(near ? section.emoji : []).map(({ emoji, name }, index) => (
          <button
            key={emoji}
            type="button"
            className={styles.emoji}
            data-place={`${place} ${index}`}
            tabIndex={first && index === 0 ? 0 : -1}
            aria-label={HAS_LETTERS.test(emoji) ? `${emoji} ${name}` : name}
            title={name}
            onClick={() => onPick(emoji)}
          >
            {emoji}
          </button>
        ))}
      </div>
    </section>
  );
});
