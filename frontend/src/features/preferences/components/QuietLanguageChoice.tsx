import { t } from "@/strings";
import { GlobeIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { useLanguage } from "../hooks/useLanguage";
import styles from "./QuietLanguageChoice.module.css";

/** The same for a page that is about something else: whoever cannot read it finds their own language by its name. */
export function QuietLanguageChoice() {
  const { failed, select, options } = useLanguage();
  return (
    <>
      <span className={styles.choice}>
        <GlobeIcon size={16} />
        <select aria-label={t.preferences.language} {...select}>
          {options}
        </select>
      </span>
      {failed && <Notice tone="error">{t.errors.error.NETWORK}</Notice>}
    </>
  );
}
