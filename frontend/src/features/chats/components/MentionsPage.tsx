import { Button, Skeleton } from "@mantine/core";
import { useMemo } from "react";
import { failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { AtIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { useChats } from "../hooks/useChats";
import { useMentions } from "../hooks/useMentions";
import { ListPage } from "./ListPage";
import styles from "./ListPage.module.css";
import { MentionRow } from "./MentionRow";

/** The messages that mention the reader, in all chats. */
export function MentionsPage() {
  const { chats, loaded: listLoaded } = useChats();
  const byId = useMemo(() => new Map(chats.map((listed) => [listed.chat.id, listed])), [chats]);
  const { shown, loaded, error, more } = useMentions();
  // Of a chat that was left, nothing more is to be read.
  const rows = shown.flatMap(({ id, chatId, message }) => {
    const listed = byId.get(chatId);
    return listed ? [{ id, message, listed }] : [];
  });
  return (
    <ListPage title={t.mentions.mentions}>
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
    </ListPage>
  );
}
