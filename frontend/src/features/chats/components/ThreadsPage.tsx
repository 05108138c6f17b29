import { Button, Skeleton } from "@mantine/core";
import { useCallback, useMemo } from "react";
import { failureOf } from "@/api/errors";
import { useStore } from "@/api/store";
import { unreadReplies } from "@/features/threads";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { ThreadIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { Toggle } from "@/ui/Toggle";
import { useChats } from "../hooks/useChats";
import { useFollowedThreads } from "../hooks/useFollowedThreads";
import { FollowedThreadRow } from "./FollowedThreadRow";
import { ListPage } from "./ListPage";
import styles from "./ListPage.module.css";

/** The threads that the reader follows, in all chats. */
export function ThreadsPage() {
  const { threads, preferences } = useSignedIn();
  const states = useStore(threads.states);
  const { unreadThreadsFirst = false } = useStore(preferences.choices);
  const { chats } = useChats();
  const byId = useMemo(() => new Map(chats.map((listed) => [listed.chat.id, listed])), [chats]);
  const isUnread = useCallback(
    (rootId: string) => {
      const own = states.get(rootId);
      return own !== undefined && unreadReplies(own, byId.get(own.chatId)?.mark ?? 0).count > 0;
    },
    [states, byId],
  );
  const { shown, loaded, error, more } = useFollowedThreads(unreadThreadsFirst, isUnread);
  return (
    <ListPage title={t.threads.threads}>
      <Toggle
        label={t.threads.unreadFirst}
        checked={unreadThreadsFirst}
        onChange={(on) => preferences.change({ unreadThreadsFirst: on })}
      />
      {error && <Notice tone="error">{explain(failureOf(error))}</Notice>}
      {!loaded && !error && <Skeleton height={96} radius="md" />}
      {loaded && shown.length === 0 && (
        <EmptyState icon={<ThreadIcon size={28} />} title={t.threads.noThreads}>
          {t.threads.noThreadsHint}
        </EmptyState>
      )}
      <ul className={styles.list}>
        {shown.map(({ rootId, chatId, thread }) => {
          const listed = byId.get(chatId);
          return (
            listed && (
              <li key={rootId}>
                <FollowedThreadRow thread={thread} listed={listed} />
              </li>
            )
          );
        })}
      </ul>
      {more && (
        <Button variant="default" onClick={() => void more()}>
          {t.ui.loadMore}
        </Button>
      )}
    </ListPage>
  );
}
