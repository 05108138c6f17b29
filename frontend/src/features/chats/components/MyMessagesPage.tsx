import { Button, Skeleton } from "@mantine/core";
import { useMemo } from "react";
import { failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { momentTime } from "@/strings/time";
import { EmptyState } from "@/ui/EmptyState";
import { EditIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { useChats } from "../hooks/useChats";
import { useMyMessages } from "../hooks/useMyMessages";
import { ListPage } from "./ListPage";
import styles from "./ListPage.module.css";
import { MyMessageRow } from "./MyMessageRow";

/** What the reader has written, in all chats that they have ever been in. */
export function MyMessagesPage() {
  const { chats } = useChats();
  const names = useMemo(() => new Map(chats.map(({ chat, title }) => [chat.id, title.name])), [chats]);
  const { edges, loaded, loading, error, searchedBackTo, more } = useMyMessages();
  return (
    <ListPage title={t.chats.myMessages}>
      {error && <Notice tone="error">{explain(failureOf(error))}</Notice>}
      {!loaded && !error && <Skeleton height={96} radius="md" />}
      {loaded && !more && edges.length === 0 && (
        <EmptyState icon={<EditIcon size={28} />} title={t.chats.noMyMessages}>
          {t.chats.noMyMessagesHint}
        </EmptyState>
      )}
      <ul className={styles.list}>
        {edges.map(({ node }) => (
          <li key={node.id}>
            <MyMessageRow message={node} chatName={names.get(node.chatId)} />
          </li>
        ))}
      </ul>
      {more && (
        <Button variant="default" loading={loading} onClick={() => void more().catch(told)}>
          {searchedBackTo ? t.search.goOn(momentTime(searchedBackTo)) : t.ui.loadMore}
        </Button>
      )}
    </ListPage>
  );
}

/** The failure is shown. */
const told = () => {};
