import { type FragmentType, unmask } from "@/gql/receiver";
import { ThreadFooterFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { briefTime, fullTime } from "@/strings/time";
import { useTabStop } from "@/ui/tabStop";
import { useToday } from "@/ui/today";
import { useUnreadReplies } from "../hooks/useOwnThread";
import { Faces } from "./Faces";
import styles from "./ThreadFooter.module.css";
import { UnreadBadge } from "./UnreadBadge";

/** Below a message that starts a thread: how many replies there are, of whom, and since when. Leads to them. */
export function ThreadFooter(props: { thread: FragmentType<typeof ThreadFooterFragmentDoc>; onOpen(): void }) {
  const thread = unmask(ThreadFooterFragmentDoc, props.thread);
  const unread = useUnreadReplies(thread.chatId, thread.rootId);
  const stop = useTabStop();
  useToday();
  return (
    <button
      type="button"
      className={styles.footer}
      tabIndex={stop}
      data-unread={unread > 0 || undefined}
      onClick={props.onOpen}
    >
      <Faces userIds={thread.lastUserIds} />
      <span className={styles.count}>{t.threads.repliesCount(thread.replyCount)}</span>
      <time dateTime={thread.lastReplyAt} title={fullTime(thread.lastReplyAt)}>
        {briefTime(thread.lastReplyAt)}
      </time>
      <UnreadBadge count={unread} />
    </button>
  );
}
