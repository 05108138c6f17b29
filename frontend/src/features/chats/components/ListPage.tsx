import { ActionIcon } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { t } from "@/strings";
import { BackIcon } from "@/ui/icons";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import styles from "./ListPage.module.css";

/** A list in the place of a chat: its name, the way back, and what scrolls. */
export function ListPage({ title, children }: { title: string; children: ReactNode }) {
  const navigate = useNavigate();
  usePageName(title);
  return (
    <div className={styles.page}>
      <PageHeader
        leading={
          <ActionIcon aria-label={t.ui.back} onClick={() => navigate({ to: "/" })}>
            <BackIcon />
          </ActionIcon>
        }
      >
        <h1 className={styles.heading}>{title}</h1>
      </PageHeader>
      <div className={styles.scroll}>{children}</div>
    </div>
  );
}
