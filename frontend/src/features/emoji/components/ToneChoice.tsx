import { useId } from "react";
import { t } from "@/strings";
import { TONES, type Tone, withTone } from "../model/tones";
import styles from "./EmojiPicker.module.css";

/** The tone of people and hands, for everything that is chosen from now on. */
export function ToneChoice({ tone, onChange }: { tone: Tone; onChange(tone: Tone): void }) {
  const group = useId();
  return (
    <fieldset className={styles.tones}>
      <legend className={styles.legend}>{t.emoji.tone}</legend>
      {TONES.map((one) => (
        <label key={one} className={styles.tone} title={t.emoji.tones[one]}>
          <input
            type="radio"
            name={group}
            aria-label={t.emoji.tones[one]}
            checked={one === tone}
            onChange={() => onChange(one)}
          />
          <span aria-hidden="true">{withTone("✋", one)}</span>
        </label>
      ))}
    </fieldset>
  );
}
