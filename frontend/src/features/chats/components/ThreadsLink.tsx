import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { UnreadBadge, useUnreadThreads } from "@/features/threads";
import { t } from "@/strings";
import { ThreadIcon } from "@/ui/icons";
import type { ListedChat } from "../model/listedChat";
import styles from "./Sidebar.module.css";

/** Leads to the threads that the reader follows, and says in how many something is left to read; those of muted chats aside. */
export function ThreadsLink({ chats }: { chats: readonly ListedChat[] }) {
  const marks = useMemo(
    () =>
      new Map(
        chats.flatMap(({ chat, mark, settings }) =>
          mark === undefined || settings.mutedUntil ? [] : [[chat.id, mark]],
        ),
      ),
    [chats],
  );
  const unread = useUnreadThreads(marks);
  return (
    <Link to="/threads" className={styles.view} activeProps={{ "aria-current": "page" }}>
      <ThreadIcon size={18} />
      <span className={styles.viewName}>{t.threads.threads}</span>
      <UnreadBadge count={unread} label={t.threads.unreadThreads(unread)} />
    </Link>
  );
}
