import type { ReactNode } from "react";
import styles from "./Notice.module.css";

/** A sentence about what went wrong, or well, beside the thing it is about. Read out when it appears. */
export function Notice({ tone, children }: { tone: "error" | "success"; children: ReactNode }) {
  return (
    <p className={styles.notice} data-tone={tone} role={tone === "error" ? "alert" : "status"}>
      {children}
    </p>
  );
}
