import { ActionIcon, Textarea } from "@mantine/core";
import { type KeyboardEvent, memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useSignedIn } from "@/app/antiphon";
import { useEnterSends } from "@/features/preferences/hooks/useChoices";
import { useTypingSignal } from "@/features/typing/hooks/useTypingSignal";
import type { MessageFieldsFragment } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { CloseIcon, SendIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import { useOnePane } from "@/ui/pointer";
import { useEditMessage } from "../hooks/useEditMessage";
import { useSendMessage } from "../hooks/useSendMessage";
import { senderName } from "../model/senderName";
import styles from "./Composer.module.css";
import { EmojiButton } from "./EmojiButton";

/** The service's limit on a message, in characters after trimming. */
const LONGEST = 5_000;
/** From here on the remaining characters are worth showing. */
const NEAR_END = 4_700;
/** What is longer would not fit on the one line that the empty field has, with one pane and with two. */
const LONGEST_PLACEHOLDER = { onePane: 20, twoPanes: 36 };

/** What the composer is about besides a new message. */
export type ComposerMode =
  | { kind: "write" }
  | { kind: "reply"; to: MessageFieldsFragment }
  | { kind: "edit"; message: MessageFieldsFragment };

/** Made anew only when something of its own has changed: measuring the field takes its time. */
export const Composer = memo(function Composer(props: {
  chatId: string;
  title: string;
  mode: ComposerMode;
  onMode(mode: ComposerMode): void;
  /** Arrow-up in an empty field: edit the last own message. */
  onEditLast(): void;
  onSent(): void;
}) {
  const { chatId, mode } = props;
  const { drafts } = useSignedIn();
  const enterSends = useEnterSends();
  const longest = useOnePane() ? LONGEST_PLACEHOLDER.onePane : LONGEST_PLACEHOLDER.twoPanes;
  const [text, setText] = useState(() => drafts.get(chatId) ?? "");
  const [caret, setCaret] = useState<number>();
  const field = useRef<HTMLTextAreaElement>(null);
  const typing = useTypingSignal(chatId);
  const send = useSendMessage(chatId);
  const edit = useEditMessage();
  const edited = mode.kind === "edit" ? mode.message : undefined;

  useEffect(() => {
    if (edited) setText(edited.content ?? "");
    else setText(drafts.get(chatId) ?? "");
  }, [edited, drafts, chatId]);
  useEffect(() => (edited ? undefined : drafts.follow(chatId, setText)), [edited, drafts, chatId]);
  useEffect(() => {
    if (mode.kind !== "write") field.current?.focus();
  }, [mode]);

  useLayoutEffect(() => {
    if (caret === undefined) return;
    field.current?.focus();
    field.current?.setSelectionRange(caret, caret);
    setCaret(undefined);
  }, [caret]);

  // Where a keyboard is at hand, whoever opens a chat can write at once; elsewhere it would bring up the screen's own.
  useEffect(() => {
    if (matchMedia("(hover: hover) and (pointer: fine)").matches) field.current?.focus();
  }, []);

  const length = [...text.trim()].length;
  const sendable = length > 0 && length <= LONGEST;

  const change = (value: string) => {
    setText(value);
    if (edited) return;
    drafts.set(chatId, value);
    typing(value.trim().length > 0);
  };
  /** Where the caret is, as if it had been typed: so it can be undone like what was. */
  const insert = (emoji: string) => {
    const { selectionStart: start, selectionEnd: end } = field.current ?? { selectionStart: 0, selectionEnd: 0 };
    field.current?.focus();
    if (document.execCommand("insertText", false, emoji)) return;
    change(text.slice(0, start) + emoji + text.slice(end));
    setCaret(start + emoji.length);
  };
  const leaveMode = () => props.onMode({ kind: "write" });
  const submit = () => {
    if (!sendable) return;
    if (edited) {
      if (text.trim() !== edited.content && !edit(edited, text.trim())) return;
      leaveMode();
      return;
    }
    if (!send(text.trim(), mode.kind === "reply" ? mode.to.id : null)) return;
    typing(false);
    drafts.delete(chatId);
    setText("");
    leaveMode();
    props.onSent();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // An Enter that ends the composition of a character is not a send.
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Enter" && (enterSends ? !event.shiftKey : event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && mode.kind !== "write") {
      event.stopPropagation();
      leaveMode();
    } else if (event.key === "ArrowUp" && text === "" && mode.kind === "write") {
      event.preventDefault();
      props.onEditLast();
    }
  };
  return (
    <div className={styles.composer} data-keeps-escape={mode.kind !== "write" || undefined}>
      {mode.kind !== "write" && (
        <div className={styles.about}>
          <div className={styles.aboutText}>
            <strong>{mode.kind === "edit" ? t.editing : t.replyingTo(senderName(mode.to))}</strong>
            <span dir="auto">{mode.kind === "edit" ? mode.message.content : mode.to.content}</span>
          </div>
          <ActionIcon aria-label={mode.kind === "edit" ? t.cancelEdit : t.cancelReply} onClick={leaveMode}>
            <CloseIcon size={18} />
          </ActionIcon>
        </div>
      )}
      <div className={styles.line}>
        <EmojiButton onPick={insert} />
        <Textarea
          ref={field}
          className={styles.field}
          aria-label={t.messageField}
          placeholder={t.writeTo(props.title).length > longest ? t.messageField : t.writeTo(props.title)}
          autosize
          minRows={1}
          maxRows={8}
          dir={text ? "auto" : undefined}
          enterKeyHint={enterSends ? "send" : "enter"}
          value={text}
          error={length > LONGEST}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <ActionIcon
          className={styles.send}
          variant="filled"
          color="brand"
          size={42}
          radius="xl"
          aria-label={edited ? t.save : t.send}
          disabled={!sendable}
          onClick={() => submit()}
        >
          <SendIcon />
        </ActionIcon>
      </div>
      {length > NEAR_END && (
        <div className={styles.left} data-over={length > LONGEST || undefined} role="status">
          {t.charactersLeft(LONGEST - length)}
        </div>
      )}
    </div>
  );
});
