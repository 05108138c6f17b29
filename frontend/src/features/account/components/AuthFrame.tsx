import type { ReactNode } from "react";
import { QuietLanguageChoice } from "@/features/preferences";
import { t } from "@/strings";
import { usePageName } from "@/ui/pageTitle";
import styles from "./AuthFrame.module.css";

/** The page around signing in and signing up. */
export function AuthFrame({ title, children, footer }: { title: string; children: ReactNode; footer: ReactNode }) {
  usePageName(title);
  return (
    <main className={styles.page}>
      <div className={styles.brand}>
        <img src="/icon.svg" alt="" width={44} height={44} />
        <span className={styles.name}>{t.app.appName}</span>
        <span className={styles.tagline}>{t.app.tagline}</span>
      </div>
      <section className={styles.card}>
        <h1 className={styles.title}>{title}</h1>
        {children}
      </section>
      <p className={styles.footer}>{footer}</p>
      <QuietLanguageChoice />
    </main>
  );
}
