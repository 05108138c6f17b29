import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { CompassIcon } from "@/ui/icons";
import styles from "./NotFound.module.css";

export function NotFound() {
  return (
    <main className={styles.page}>
      <EmptyState
        icon={<CompassIcon size={28} />}
        title={t.pageGone}
        action={
          <Button component={Link} to="/" variant="default">
            {t.back}
          </Button>
        }
      />
    </main>
  );
}
