import { type KeyboardEvent, memo, useState } from "react";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ReplyLineFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { clockTime, fullTime } from "@/strings/time";
import { ThreadIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import { plainText } from "@/ui/parseMarkdown";
import type { MessageActions } from "../model/messageActions";
import { senderName } from "../model/senderName";
import styles from "./ReplyLine.module.css";

interface ReplyLineProps {
  message: FragmentType<typeof ReplyLineFragmentDoc>;
  own: boolean;
  highlighted: boolean;
  actions: MessageActions;
}

/** At its place in the chat: that somebody has replied in a thread. Leads there. */
export const ReplyLine = memo(function ReplyLine({ own, highlighted, actions, ...props }: ReplyLineProps) {
  const message = unmask(ReplyLineFragmentDoc, props.message);
  const [entered, setEntered] = useState(false);
  const name = senderName(message);
  const text = message.removedAt ? t.messages.removedMessage : plainText(message.content ?? "");
  const open = () => message.threadRootId && actions.openThread(message.threadRootId, message.id);
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== "Enter" || event.target !== event.currentTarget || isComposing(event.nativeEvent)) return;
    event.preventDefault();
    open();
  };
  return (
    <article
      className={styles.row}
      data-highlighted={highlighted || undefined}
      data-number={message.number}
      tabIndex={-1}
      aria-label={t.messages.messageOf(own ? t.ui.you : name, fullTime(message.createdAt))}
      onFocus={() => setEntered(true)}
      onBlur={() => setEntered(false)}
      onKeyDown={onKeyDown}
    >
      <button type="button" className={styles.line} tabIndex={entered ? 0 : -1} onClick={open}>
        <ThreadIcon size={15} />
        <span className={styles.text} dir="auto">
          {own ? t.threads.youReplied(text) : t.threads.someoneReplied(name, text)}
        </span>
        <time dateTime={message.createdAt} title={fullTime(message.createdAt)}>
          {clockTime(message.createdAt)}
        </time>
      </button>
    </article>
  );
});
