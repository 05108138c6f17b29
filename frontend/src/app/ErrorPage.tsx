import { t } from "@/strings";
import { Prompt } from "@/ui/Prompt";
import styles from "./NotFound.module.css";

/** In the place of a page that could not be fetched or shown. Made of what is there already: more might not come either. */
export function ErrorPage() {
  return (
    <div className={styles.page} data-failed role="alert">
      <Prompt text={t.app.pageFailed} action={t.app.reload} onAction={() => location.reload()} />
    </div>
  );
}
