import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { AtIcon, BackIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import { useChats } from "../hooks/useChats";
import { useMentions } from "../hooks/useMentions";
import { MentionRow } from "./MentionRow";
import styles from "./ThreadsPage.module.css";

/** The messages that mention the reader, in all chats. */
export function MentionsPage() {
  const navigate = useNavigate();
  usePageName(t.mentions.mentions);
  const { chats, loaded: listLoaded } = useChats();
  const byId = useMemo(() => new Map(chats.map((listed) => [listed.chat.id, listed])), [chats]);
  const { shown, loaded, error, more } = useMentions();
  // Of a chat that was left, nothing more is to be read.
  const rows = shown.flatMap(({ id, chatId, message }) => {
    const listed = byId.get(chatId);
    return listed ? [{ id, message, listed }] : [];
  });
  return (
    <div className={styles.page}>
      <PageHeader
        leading={
          <ActionIcon aria-label={t.ui.back} onClick={() => navigate({ to: "/" })}>
            <BackIcon />
          </ActionIcon>
        }
      >
        <h1 className={styles.heading}>{t.mentions.mentions}</h1>
      </PageHeader>
      <div className={styles.scroll}>
        {error && <Notice tone="error">{explain(failureOf(error))}</Notice>}
        {!loaded && !error && <Skeleton height={96} radius="md" />}
        {loaded && listLoaded === "yes" && rows.length === 0 && (
          <EmptyState icon={<AtIcon size={28} />} title={t.mentions.noMentions}>
            {t.mentions.noMentionsHint}
          </EmptyState>
        )}
        <ul className={styles.list}>
          {rows.map(({ id, message, listed }) => (
            <li key={id}>
              <MentionRow message={message} listed={listed} />
            </li>
          ))}
        </ul>
        {more && (
          <Button variant="default" onClick={() => void more()}>
            {t.ui.loadMore}
          </Button>
        )}
      </div>
    </div>
  );
}
