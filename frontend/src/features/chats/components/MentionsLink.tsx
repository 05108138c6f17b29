import { Link } from "@tanstack/react-router";
import { useStore } from "@/api/store";
import { UnreadBadge } from "@/features/threads";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { AtIcon } from "@/ui/icons";
import { useMoreMentions } from "../hooks/useMoreMentions";
import type { ListedChat } from "../model/listedChat";
import styles from "./Sidebar.module.css";

/** Leads to the messages that mention the reader, and says how many of them are left to read; also those of muted chats. */
export function MentionsLink({ chats }: { chats: readonly ListedChat[] }) {
  useMoreMentions(chats);
  const looked = useStore(useSignedIn().lookedAt);
  const unread = chats.reduce((sum, { chat, mentioned }) => sum + (chat.id === looked ? 0 : mentioned), 0);
  return (
    <Link to="/mentions" className={styles.view} activeProps={{ "aria-current": "page" }}>
      <AtIcon size={18} />
      <span className={styles.viewName}>{t.mentions.mentions}</span>
      <UnreadBadge count={unread} label={t.mentions.ofYouCount(unread)} />
    </Link>
  );
}
