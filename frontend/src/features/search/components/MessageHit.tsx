import { useState } from "react";
import { senderName } from "@/features/messages";
import { type FragmentType, unmask } from "@/gql/receiver";
import { MessageHitFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { briefTime, fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { type Range, snippetOf } from "../model/snippet";
import styles from "./SearchPanel.module.css";

/** A message that was found: who wrote it, where and when, and the words around what was searched for. */
export function MessageHit(props: {
  message: FragmentType<typeof MessageHitFragmentDoc>;
  highlights: readonly Range[];
  /** Where it stands; none where only one chat is searched. */
  chatName: string | undefined;
}) {
  const message = unmask(MessageHitFragmentDoc, props.message);
  const { me } = useSignedIn();
  const name = senderName(message);
  const content = message.content ?? "";
  // What was found in a text says nothing about the text that took its place.
  const [found] = useState(content);
  const pieces = snippetOf(content, content === found ? props.highlights : []);
  let at = 0;
  return (
    <>
      <Avatar name={name} seed={message.senderId} size={32} />
      <span className={styles.words}>
        <span className={styles.line}>
          <span className={styles.name} dir="auto">
            {message.senderId === me ? t.ui.you : name}
          </span>
          <time className={styles.soft} dateTime={message.createdAt} title={fullTime(message.createdAt)}>
            {briefTime(message.createdAt)}
          </time>
        </span>
        {props.chatName && (
          <span className={styles.soft} dir="auto">
            {props.chatName}
          </span>
        )}
        <span className={styles.text} dir="auto">
          {pieces.map(({ text, marked }) => {
            const key = at;
            at += text.length;
            return marked ? <mark key={key}>{text}</mark> : <span key={key}>{text}</span>;
          })}
        </span>
      </span>
    </>
  );
}
