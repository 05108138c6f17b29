import type { CSSProperties } from "react";
import styles from "./Avatar.module.css";
import { hueOf, initialsOf } from "./userColor";

/** A disc with initials, which are a picture and no text: the name stands beside it, or labels what is around it. The colour belongs to `seed` and is the same everywhere, for everyone. */
export function Avatar({ name, seed, size = 40 }: { name: string; seed: string; size?: number }) {
  const style = { "--hue": hueOf(seed), "--size": `${size}px` } as CSSProperties;
  return <span className={styles.avatar} style={style} data-initials={initialsOf(name)} aria-hidden="true" />;
}
