import styles from "./EmojiPicker.module.css";
import type { Section } from "./EmojiSection";

/** Leads to each group. */
export function GroupTabs({ sections, onShow }: { sections: readonly Section[]; onShow(key: Section["key"]): void }) {
  return (
    <div className={styles.tabs}>
      {sections.map(({ key, name, emoji }) => (
        <button
          key={key}
          type="button"
          className={styles.tab}
          aria-label={name}
          title={name}
          onClick={() => onShow(key)}
        >
          {key === "recent" ? "🕘" : emoji[0]?.emoji}
        </button>
      ))}
    </div>
  );
}
