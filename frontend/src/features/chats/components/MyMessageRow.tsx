import { Link } from "@tanstack/react-router";
import { type FragmentType, unmask } from "@/gql/receiver";
import { MyMessageRowFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { briefTime, fullTime } from "@/strings/time";
import { plainText } from "@/ui/parseMarkdown";
import { useToday } from "@/ui/today";
import styles from "./FollowedThreadRow.module.css";

/** A message of the reader's own, in the list of those. Leads to it, unless they have left the chat. */
export function MyMessageRow(props: {
  message: FragmentType<typeof MyMessageRowFragmentDoc>;
  chatName: string | undefined;
}) {
  const { id, chatId, threadRootId: rootId, chat, ...message } = unmask(MyMessageRowFragmentDoc, props.message);
  useToday();
  const words = (
    <span className={styles.text}>
      <span className={styles.line}>
        <span className={styles.soft} dir="auto">
          {chat ? props.chatName : t.chats.chatYouLeft}
        </span>
        <time className={styles.time} dateTime={message.createdAt} title={fullTime(message.createdAt)}>
          {briefTime(message.createdAt)}
        </time>
      </span>
      <span className={styles.about} dir="auto">
        {plainText(message.content)}
      </span>
      {message.editedAt && <span className={styles.time}>{t.messages.edited}</span>}
    </span>
  );
  if (!chat) return <div className={styles.row}>{words}</div>;
  const place = rootId
    ? ({ to: "/chats/$chatId/thread/$rootId", params: { chatId, rootId }, search: { at: id } } as const)
    : ({ to: "/chats/$chatId", params: { chatId }, search: { at: id } } as const);
  return (
    <Link {...place} className={styles.row}>
      {words}
    </Link>
  );
}
