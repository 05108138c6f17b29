import { VisuallyHidden } from "@mantine/core";
import {
  type ComponentProps,
  type CSSProperties,
  type FocusEvent,
  type KeyboardEvent,
  memo,
  useRef,
  useState,
} from "react";
import { mentionsReader } from "@/features/mentions";
import { type OwnReaction, ReactionChips, type ReactionWish } from "@/features/reactions";
import type { Progress } from "@/features/receipts";
import { ThreadFooter } from "@/features/threads";
import { type FragmentType, unmask } from "@/gql/receiver";
import { type MessageRowFragment, MessageRowFragmentDoc, QuotedMessageFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { clockTime, fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { ReplyIcon } from "@/ui/icons";
import { isComposing, isLetter } from "@/ui/keys";
import { plainText } from "@/ui/parseMarkdown";
import { TabStopContext, useTabStop } from "@/ui/tabStop";
import { hueOf } from "@/ui/userColor";
import { useTouch } from "../hooks/useTouch";
import { isFewEmoji } from "../model/looks";
import type { MessageActions } from "../model/messageActions";
import { senderName } from "../model/senderName";
import styles from "./Bubble.module.css";
import { MessageText } from "./MessageText";
import { ReadReceipt } from "./ReadReceipt";
import { RowActions, type RowPopup } from "./RowActions";

interface MessageRowProps {
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
  /** Whether the reader may react to it. */
  reactable: boolean;
  /** Whether the reader may reply to it in a thread. */
  threadable: boolean;
  /** The thread that it starts. */
  thread?: ComponentProps<typeof ThreadFooter>["thread"] | undefined;
  /** The reader's own reactions to it, and what they are to be. */
  ownReactions?: readonly OwnReaction[] | undefined;
  wishes?: readonly ReactionWish[] | undefined;
  /** How far it has come, if it is the reader's own. */
  progress: Progress | undefined;
  actions: MessageActions;
}

/** Made anew only when something of its own has changed: the list asks for all that are in view whenever it is scrolled. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { own, direct, actions } = props;
  const message = unmask(MessageRowFragmentDoc, props.message);
  const name = senderName(message);
  const style = { "--hue": hueOf(message.senderId) } as CSSProperties;
  const removed = message.removedAt != null;
  const { entered, popup, setPopup, events } = useRow(message, props);
  const mentioned = mentionsReader(message, useSignedIn().me);
  const label = t.messages.messageOf(own ? t.ui.you : name, fullTime(message.createdAt));
  return (
    <article
      className={styles.row}
      data-own={own || undefined}
      data-first={props.first || undefined}
      data-highlighted={props.highlighted || undefined}
      data-mentioned={mentioned || undefined}
      data-emoji={(!removed && !message.replyTo && isFewEmoji(message.content ?? "")) || undefined}
      data-number={message.number}
      tabIndex={-1}
      aria-label={mentioned ? t.mentions.mentionsYou(label) : label}
      style={style}
      {...(props.readOnly ? {} : events)}
    >
      <TabStopContext value={entered}>
        {!own && !direct && (
          <span className={styles.gutter}>
            {props.last && <Avatar name={name} seed={message.senderId} size={32} />}
          </span>
        )}
        <Bubble {...props} message={message} name={name} />
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
              reactable={props.reactable}
              threadable={props.threadable}
              popup={popup}
              onPopup={setPopup}
              actions={actions}
            />
          </>
        )}
      </TabStopContext>
    </article>
  );
});

/** What it says, with what it answers above it and the reactions to it below. */
function Bubble(props: Omit<MessageRowProps, "message"> & { message: MessageRowFragment; name: string }) {
  const { message, actions } = props;
  const removed = message.removedAt != null;
  return (
    <div className={styles.bubble}>
      {props.first && !props.own && !props.direct && <div className={styles.sender}>{props.name}</div>}
      {message.replyTo && <Quote message={message.replyTo} actions={actions} />}
      {/* In the direction of the text, so that the time stands where its last line ends. */}
      <div dir="auto">
        {removed ? (
          <span className={styles.removed}>{t.messages.removedMessage}</span>
        ) : (
          <MessageText text={message.content ?? ""} message={message} />
        )}
        <Meta {...props} />
      </div>
      {!removed && (
        <ReactionChips
          message={message}
          own={props.ownReactions}
          wishes={props.wishes}
          reactable={props.reactable && !props.readOnly}
          onToggle={(emoji) => actions.toggleReaction(message.id, emoji)}
          onPick={(variant) => actions.react(message.id, variant)}
          onAsk={(emoji) => actions.whoReacted(message.id, emoji)}
        />
      )}
      {props.thread && <ThreadFooter thread={props.thread} onOpen={() => actions.openThread(message.id)} />}
    </div>
  );
}

/** What it answers, which leads there. */
function Quote(props: { message: FragmentType<typeof QuotedMessageFragmentDoc>; actions: MessageActions }) {
  const quoted = unmask(QuotedMessageFragmentDoc, props.message);
  const stop = useTabStop();
  return (
    <button
      type="button"
      className={styles.quote}
      tabIndex={stop}
      onClick={() => props.actions.jumpTo(quoted.id)}
      style={{ "--hue": hueOf(quoted.senderId) } as CSSProperties}
    >
      <VisuallyHidden>{t.messages.jumpToQuoted} </VisuallyHidden>
      <span className={styles.quoteName}>{senderName(quoted)}</span>
      <span className={styles.quoteText} dir="auto">
        {quoted.removedAt ? t.messages.removedMessage : plainText(quoted.content ?? "")}
      </span>
    </button>
  );
}

/** When it was sent, and how far it has come. Written in the direction of the page, whatever that of the text is. */
function Meta(props: {
  message: MessageRowFragment;
  last: boolean;
  own: boolean;
  progress: Progress | undefined;
  actions: MessageActions;
}) {
  const { message, last } = props;
  const stop = useTabStop();
  const removed = message.removedAt != null;
  const edited = message.editedAt && !removed;
  const progress = last && !removed ? props.progress : undefined;
  if (!last && !edited) return null;
  return (
    <span className={styles.meta}>
      <span className={styles.facts}>
        {edited && (
          <button
            type="button"
            className={styles.edited}
            tabIndex={stop}
            aria-haspopup="dialog"
            title={t.messages.revisions}
            onClick={() => props.actions.revisions(message.id)}
          >
            {t.messages.edited}
          </button>
        )}
        {last && (
          <time dateTime={message.createdAt} title={fullTime(message.createdAt)}>
            {clockTime(message.createdAt)}
          </time>
        )}
        {progress && <ReadReceipt state={progress} onOpen={() => props.actions.details(message.id)} />}
      </span>
    </span>
  );
}

/** What a row does about the focus, keys and fingers: inside of it the Tab key goes on only where one has entered. */
function useRow({ id, removedAt }: MessageRowFragment, { actions, reactable, threadable, thread }: MessageRowProps) {
  const [entered, setEntered] = useState(false);
  const [popup, show] = useState<RowPopup>();
  /** What had the focus when it came, and gets it back. */
  const before = useRef<Element>(null);
  const setPopup = (next: RowPopup | undefined) => {
    show(removedAt == null ? next : undefined);
    // From the menu to the emoji, the menu is not where one came from.
    if (next && !popup) before.current = document.activeElement;
    if (!next && before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
  };
  const { pulling, handlers } = useTouch({
    longPress: () => !popup && setPopup("menu"),
    reply: () => removedAt == null && actions.reply(id),
  });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || isComposing(event.nativeEvent)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (isLetter(event, "t") && (thread || (threadable && removedAt == null))) {
      event.preventDefault();
      return actions.openThread(id);
    }
    const wanted = event.key === "Enter" ? "menu" : event.key === "+" && reactable ? "emoji" : undefined;
    if (!wanted) return;
    event.preventDefault();
    // A menu closes on keys that are pressed outside of it, as this one was.
    event.stopPropagation();
    setPopup(wanted);
  };
  const events = {
    ...handlers,
    "data-pulling": pulling || undefined,
    onFocus: () => setEntered(true),
    onBlur: (event: FocusEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget)) setEntered(false);
    },
    onKeyDown,
  };
  return { entered, popup, setPopup, events };
}
