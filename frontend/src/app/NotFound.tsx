import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { CompassIcon } from "@/ui/icons";
import { usePageName } from "@/ui/pageTitle";
import styles from "./NotFound.module.css";

/** For an address that leads nowhere: in the place of a page, or of everything for those who are not signed in. */
export function NotFound() {
  usePageName(t.app.pageGone);
  return (
    <div className={styles.page}>
      <EmptyState
        icon={<CompassIcon size={28} />}
        title={t.app.pageGone}
        action={
          <Button component={Link} to="/" variant="default">
            {t.ui.back}
          </Button>
        }
      />
    </div>
  );
}
