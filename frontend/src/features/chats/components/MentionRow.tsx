import { Link } from "@tanstack/react-router";
import { wordsFor } from "@/features/mentions";
import { senderName } from "@/features/messages";
import { type FragmentType, unmask } from "@/gql/receiver";
import { MentionRowFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { briefTime, fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { plainText } from "@/ui/parseMarkdown";
import { useToday } from "@/ui/today";
import type { ListedChat } from "../model/listedChat";
import styles from "./FollowedThreadRow.module.css";

/** A message that mentions the reader, in the list of those: who wrote it where, and what. Leads to it. */
export function MentionRow(props: { message: FragmentType<typeof MentionRowFragmentDoc>; listed: ListedChat }) {
  const message = unmask(MentionRowFragmentDoc, props.message);
  const { id, chatId, number, content, createdAt, threadRootId: rootId } = message;
  const { title, mark } = props.listed;
  const name = senderName(message);
  useToday();
  const place = rootId
    ? ({ to: "/chats/$chatId/thread/$rootId", params: { chatId, rootId }, search: { at: id } } as const)
    : ({ to: "/chats/$chatId", params: { chatId }, search: { at: id } } as const);
  return (
    <Link {...place} className={styles.row} data-unread={(mark !== undefined && number > mark) || undefined}>
      <Avatar name={name} seed={message.senderId} size={40} />
      <span className={styles.text}>
        <span className={styles.line}>
          <span className={styles.soft} dir="auto">
            {title.name}
          </span>
          <time className={styles.time} dateTime={createdAt} title={fullTime(createdAt)}>
            {briefTime(createdAt)}
          </time>
        </span>
        <span className={styles.about} dir="auto">
          {t.chats.someoneSaid(name, plainText(content ?? "", wordsFor(content ?? "", message)))}
        </span>
      </span>
    </Link>
  );
}
