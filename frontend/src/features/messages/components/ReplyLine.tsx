import { type KeyboardEvent, memo, useState } from "react";
import { mentionsReader, wordsFor } from "@/features/mentions";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ReplyLineFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
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
  const content = message.content ?? "";
  const text = message.removedAt ? t.messages.removedMessage : plainText(content, wordsFor(content, message));
  const mentioned = mentionsReader(message, useSignedIn().me);
  const label = t.messages.messageOf(own ? t.ui.you : name, fullTime(message.createdAt));
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
      data-mentioned={mentioned || undefined}
      aria-label={mentioned ? t.mentions.mentionsYou(label) : label}
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
