import { type ReactNode, useId } from "react";
import styles from "./Toggle.module.css";

/** Something that is on or off, with what it means. */
export function Toggle(props: { label: string; hint?: ReactNode; checked: boolean; onChange(checked: boolean): void }) {
  const hint = useId();
  return (
    <label className={styles.toggle}>
      <span className={styles.words}>
        {props.label}
        {props.hint && (
          <span id={hint} className={styles.hint} aria-hidden="true">
            {props.hint}
          </span>
        )}
      </span>
      <input
        type="checkbox"
        role="switch"
        aria-checked={props.checked}
        aria-label={props.label}
        aria-describedby={props.hint ? hint : undefined}
        className={styles.switch}
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  );
}
