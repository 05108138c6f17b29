import { type KeyboardEvent, useState } from "react";
import { t } from "@/strings";
import { EMOJI, type EmojiGroup, recentEmoji, rememberEmoji } from "../model/emoji";
import styles from "./EmojiPicker.module.css";

const GROUPS = Object.keys(EMOJI) as EmojiGroup[];

/** Emoji to choose from, with the pointer or with the arrow keys. */
export default function EmojiPicker({ onPick }: { onPick(emoji: string): void }) {
  const [recent] = useState(recentEmoji);
  const pick = (emoji: string) => {
    rememberEmoji(emoji);
    onPick(emoji);
  };
  const parts: { name: string; emoji: readonly string[] }[] = [
    { name: t.messages.emojiRecent, emoji: recent },
    ...GROUPS.map((group) => ({ name: t.messages.emojiGroup[group], emoji: EMOJI[group].split(" ") })),
  ].filter(({ emoji }) => emoji.length > 0);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys move between the buttons inside
    <div className={styles.picker} onKeyDown={walk}>
      {parts.map(({ name, emoji }, part) => (
        <section key={name} aria-label={name}>
          <h3 className={styles.name}>{name}</h3>
          <div className={styles.grid}>
            {emoji.map((one, index) => (
              <button
                key={one}
                type="button"
                className={styles.emoji}
                data-autofocus={(part === 0 && index === 0) || undefined}
                // One stop for the Tab key; the arrows reach the others.
                tabIndex={part === 0 && index === 0 ? 0 : -1}
                onClick={() => pick(one)}
              >
                {one}
              </button>
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

/** To the next one in reading order, or to the one that stands nearest in the line above or below. */
function walk(event: KeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll("button")];
  const from = all.indexOf(event.target as HTMLButtonElement);
  const here = all[from]?.getBoundingClientRect();
  if (!here) return;
  const onward = getComputedStyle(event.currentTarget).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const next = () => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") return all[from + (event.key === onward ? 1 : -1)];
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return undefined;
    const down = event.key === "ArrowDown";
    const beyond = (down ? all.slice(from + 1) : all.slice(0, from).reverse()).filter((button) => {
      const { top } = button.getBoundingClientRect();
      return down ? top > here.top + 1 : top < here.top - 1;
    });
    const line = beyond[0]?.getBoundingClientRect().top;
    const inLine = beyond.filter((button) => button.getBoundingClientRect().top === line);
    const away = (button: Element) => Math.abs(button.getBoundingClientRect().left - here.left);
    return inLine.sort((a, b) => away(a) - away(b))[0];
  };
  const found = next();
  if (!found) return;
  event.preventDefault();
  found.focus();
}
