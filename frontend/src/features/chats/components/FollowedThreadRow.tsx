import { Link } from "@tanstack/react-router";
import { messagePreview } from "@/features/messages";
import { Faces, UnreadBadge, useUnreadReplies } from "@/features/threads";
import { type FragmentType, unmask } from "@/gql/receiver";
import { FollowedThreadRowFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { briefTime, fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { useToday } from "@/ui/today";
import type { ListedChat } from "../model/listedChat";
import styles from "./FollowedThreadRow.module.css";

/** A thread in the list of those that the reader follows: where it is, what it is about, and how far it has come. */
export function FollowedThreadRow(props: {
  thread: FragmentType<typeof FollowedThreadRowFragmentDoc>;
  listed: ListedChat;
}) {
  const { rootId, chatId, replyCount, lastReplyAt, lastUserIds, root } = unmask(
    FollowedThreadRowFragmentDoc,
    props.thread,
  );
  const { title } = props.listed;
  const { me } = useSignedIn();
  const unread = useUnreadReplies(chatId, rootId);
  useToday();
  return (
    <Link
      to="/chats/$chatId/thread/$rootId"
      params={{ chatId, rootId }}
      search={{}}
      className={styles.row}
      data-unread={unread > 0 || undefined}
    >
      <Avatar name={title.name} seed={title.seed} size={40} />
      <span className={styles.text}>
        <span className={styles.line}>
          <span className={styles.soft} dir="auto">
            {title.name}
          </span>
          <time className={styles.time} dateTime={lastReplyAt} title={fullTime(lastReplyAt)}>
            {briefTime(lastReplyAt)}
          </time>
        </span>
        <span className={styles.about} dir="auto">
          {messagePreview(root, { me, direct: false, unsent: NOTHING })}
        </span>
        <span className={styles.line}>
          <span className={styles.count}>
            <Faces userIds={lastUserIds} />
            {t.threads.repliesCount(replyCount)}
          </span>
          <UnreadBadge count={unread} />
        </span>
      </span>
    </Link>
  );
}

const NOTHING: readonly never[] = [];
