import { type CSSProperties, memo } from "react";
import { unmask } from "@/gql/receiver";
import { type MessageFieldsFragment, QuotedMessageFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { hueOf } from "@/ui/identity";
import { Markdown } from "@/ui/Markdown";
import { plainText } from "@/ui/parseMarkdown";
import { clockTime, fullTime } from "@/ui/time";
import { senderName } from "../model/senderName";
import styles from "./Bubble.module.css";
import { RowActions } from "./RowActions";
import { Ticks } from "./Ticks";

export interface MessageActions {
  reply(message: MessageFieldsFragment): void;
  edit(message: MessageFieldsFragment): void;
  remove(message: MessageFieldsFragment, how: { keyboard: boolean }): void;
  details(message: MessageFieldsFragment): void;
  jumpTo(id: string): void;
}

/** Made anew only when something of its own has changed: the list asks for all that are in view whenever it is scrolled. */
export const MessageRow = memo(function MessageRow(props: {
  message: MessageFieldsFragment;
  first: boolean;
  last: boolean;
  own: boolean;
  direct: boolean;
  /** Whether the reader may remove it: their own, or anyone's by role. */
  removable: boolean;
  highlighted: boolean;
  /** How many have read it, as far as its author may know. */
  readers: number | undefined;
  actions: MessageActions;
}) {
  const { message, own, direct, actions } = props;
  const name = senderName(message);
  const quoted = message.replyTo ? unmask(QuotedMessageFragmentDoc, message.replyTo) : undefined;
  const named = props.first && !own && !direct;
  const style = { "--hue": hueOf(message.senderId) } as CSSProperties;
  return (
    <article
      className={styles.row}
      data-own={own || undefined}
      data-first={props.first || undefined}
      data-highlighted={props.highlighted || undefined}
      data-number={message.number}
      tabIndex={-1}
      aria-label={`${own ? t.you : name}, ${fullTime(message.createdAt)}`}
      style={style}
    >
      {!own && !direct && (
        <span className={styles.gutter}>{props.last && <Avatar name={name} seed={message.senderId} size={32} />}</span>
      )}
      <div className={styles.bubble}>
        {named && <div className={styles.sender}>{name}</div>}
        {quoted && (
          <button
            type="button"
            className={styles.quote}
            aria-label={t.jumpToQuoted(senderName(quoted))}
            onClick={() => actions.jumpTo(quoted.id)}
            style={{ "--hue": hueOf(quoted.senderId) } as CSSProperties}
          >
            <span className={styles.quoteName}>{senderName(quoted)}</span>
            <span className={styles.quoteText} dir="auto">
              {quoted.removedAt ? t.removedMessage : plainText(quoted.content ?? "")}
            </span>
          </button>
        )}
        {/* In the direction of the text, so that the time stands where its last line ends. */}
        <div dir="auto">
          {message.removedAt ? (
            <span className={styles.removed}>{t.removedMessage}</span>
          ) : (
            <Markdown text={message.content ?? ""} />
          )}
          <span className={styles.meta}>
            {message.editedAt && !message.removedAt && <span>{t.edited}</span>}
            {props.last && <time dateTime={message.createdAt}>{clockTime(message.createdAt)}</time>}
            {own && props.last && props.readers !== undefined && <Ticks state={props.readers} direct={direct} />}
          </span>
        </div>
      </div>
      {!message.removedAt && (
        <RowActions message={message} own={own} removable={props.removable} name={name} actions={actions} />
      )}
    </article>
  );
});
