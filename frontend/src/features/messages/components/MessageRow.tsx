import { VisuallyHidden } from "@mantine/core";
import { type CSSProperties, type FocusEvent, type KeyboardEvent, memo, useRef, useState } from "react";
import { type FragmentType, unmask } from "@/gql/receiver";
import { type MessageRowFragment, MessageRowFragmentDoc, QuotedMessageFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { clockTime, fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { ReplyIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import { plainText } from "@/ui/parseMarkdown";
import { TabStopContext } from "@/ui/tabStop";
import { hueOf } from "@/ui/userColor";
import { useTouch } from "../hooks/useTouch";
import { isFewEmoji } from "../model/looks";
import type { MessageActions } from "../model/messageActions";
import { senderName } from "../model/senderName";
import styles from "./Bubble.module.css";
import { MessageText } from "./MessageText";
import { ReadReceipt } from "./ReadReceipt";
import { RowActions } from "./RowActions";

/** Made anew only when something of its own has changed: the list asks for all that are in view whenever it is scrolled. */
export const MessageRow = memo(function MessageRow(props: {
  message: FragmentType<typeof MessageRowFragmentDoc>;
  first: boolean;
  last: boolean;
  own: boolean;
  direct: boolean;
  /** Whether the reader may remove it: their own, or anyone's by role. */
  removable: boolean;
  highlighted: boolean;
  /** Nothing can be done with it: the reader only looks. */
  readOnly: boolean;
  /** How many have read it, as far as its author may know. */
  readers: number | undefined;
  actions: MessageActions;
}) {
  const { own, direct, actions } = props;
  const message = unmask(MessageRowFragmentDoc, props.message);
  const name = senderName(message);
  const quoted = message.replyTo ? unmask(QuotedMessageFragmentDoc, message.replyTo) : undefined;
  const named = props.first && !own && !direct;
  const style = { "--hue": hueOf(message.senderId) } as CSSProperties;
  const removed = message.removedAt != null;
  const content = message.content ?? "";
  const { entered, menu, setMenu, events } = useRow(message, actions);
  return (
    <article
      className={styles.row}
      data-own={own || undefined}
      data-first={props.first || undefined}
      data-highlighted={props.highlighted || undefined}
      data-emoji={(!removed && !quoted && isFewEmoji(content)) || undefined}
      data-number={message.number}
      tabIndex={-1}
      aria-label={t.messages.messageOf(own ? t.ui.you : name, fullTime(message.createdAt))}
      style={style}
      {...(props.readOnly ? {} : events)}
    >
      <TabStopContext value={entered}>
        {!own && !direct && (
          <span className={styles.gutter}>
            {props.last && <Avatar name={name} seed={message.senderId} size={32} />}
          </span>
        )}
        <div className={styles.bubble}>
          {named && <div className={styles.sender}>{name}</div>}
          {quoted && (
            <button
              type="button"
              className={styles.quote}
              tabIndex={entered ? 0 : -1}
              onClick={() => actions.jumpTo(quoted.id)}
              style={{ "--hue": hueOf(quoted.senderId) } as CSSProperties}
            >
              <VisuallyHidden>{t.messages.jumpToQuoted} </VisuallyHidden>
              <span className={styles.quoteName}>{senderName(quoted)}</span>
              <span className={styles.quoteText} dir="auto">
                {quoted.removedAt ? t.messages.removedMessage : plainText(quoted.content ?? "")}
              </span>
            </button>
          )}
          {/* In the direction of the text, so that the time stands where its last line ends. */}
          <div dir="auto">
            {removed ? (
              <span className={styles.removed}>{t.messages.removedMessage}</span>
            ) : (
              <MessageText text={content} />
            )}
            <Meta {...props} message={message} />
          </div>
        </div>
        {!removed && !props.readOnly && (
          <>
            <span className={styles.pulled} aria-hidden="true">
              <ReplyIcon size={18} />
            </span>
            <RowActions
              message={message}
              own={own}
              removable={props.removable}
              name={name}
              timed={props.last}
              opened={menu}
              onOpened={setMenu}
              actions={actions}
            />
          </>
        )}
      </TabStopContext>
    </article>
  );
});

/** When it was sent, and how far it has come. Written in the direction of the page, whatever that of the text is. */
function Meta(props: {
  message: MessageRowFragment;
  last: boolean;
  own: boolean;
  direct: boolean;
  readers: number | undefined;
}) {
  const { message, last } = props;
  const removed = message.removedAt != null;
  const edited = message.editedAt && !removed;
  const ticks = props.own && last && !removed && props.readers !== undefined;
  if (!last && !edited) return null;
  return (
    <span className={styles.meta}>
      <span className={styles.facts}>
        {edited && <span>{t.messages.edited}</span>}
        {last && (
          <time dateTime={message.createdAt} title={fullTime(message.createdAt)}>
            {clockTime(message.createdAt)}
          </time>
        )}
        {ticks && <ReadReceipt state={props.readers!} direct={props.direct} />}
      </span>
    </span>
  );
}

/** What a row does about the focus, keys and fingers: inside of it the Tab key goes on only where one has entered. */
function useRow({ id, removedAt }: MessageRowFragment, actions: MessageActions) {
  const [entered, setEntered] = useState(false);
  const [menu, show] = useState(false);
  /** What had the focus when the menu came, and gets it back. */
  const before = useRef<Element>(null);
  const setMenu = (opened: boolean) => {
    show(opened && removedAt == null);
    if (opened) before.current = document.activeElement;
    else if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
  };
  const { pulling, handlers } = useTouch({
    longPress: () => !menu && setMenu(true),
    reply: () => removedAt == null && actions.reply(id),
  });
  const events = {
    ...handlers,
    "data-pulling": pulling || undefined,
    onFocus: () => setEntered(true),
    onBlur: (event: FocusEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setEntered(false);
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (event.target !== event.currentTarget || event.key !== "Enter" || isComposing(event.nativeEvent)) return;
      event.preventDefault();
      // A menu closes on keys that are pressed outside of it, as this one was.
      event.stopPropagation();
      setMenu(true);
    },
  };
  return { entered, menu, setMenu, events };
}
