import type { ReactNode } from "react";
import styles from "./PageHeader.module.css";

/** The head of a pane: something to go back with, what this is, what can be done. */
export function PageHeader({
  leading,
  children,
  actions,
}: {
  leading?: ReactNode;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className={styles.bar}>
      {leading}
      <div className={styles.main}>{children}</div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </header>
  );
}
