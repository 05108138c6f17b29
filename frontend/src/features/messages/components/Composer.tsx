import { ActionIcon, Textarea } from "@mantine/core";
import { type KeyboardEvent, memo, Suspense } from "react";
import { ConfirmEveryone, MentionHelp } from "@/features/mentions";
import { useEnterSends } from "@/features/preferences";
import { unmask } from "@/gql/receiver";
import { ComposerMessageFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { CloseIcon, FormatIcon, SendIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import { useOnePane } from "@/ui/pointer";
import { type ComposerMode, useComposer } from "../hooks/useComposer";
import { useFormatting } from "../hooks/useFormatting";
import { useMentioning } from "../hooks/useMentioning";
import { MAX_CHARACTERS } from "../model/content";
import { senderName } from "../model/senderName";
import styles from "./Composer.module.css";
import { EmojiButton } from "./EmojiButton";
import { FormattingBar } from "./FormattingBar";

/** From here on the remaining characters are worth showing. */
const NEAR_END = 4_700;
/** What is longer would not fit on the one line that the empty field has, with one pane and with two. */
const MAX_PLACEHOLDER = { onePane: 20, twoPanes: 36 };

/** Made anew only when something of its own has changed: measuring the field takes its time. */
export const Composer = memo(function Composer(props: {
  chatId: string;
  /** The message in whose thread one writes. */
  rootId?: string;
  title: string;
  /** How many take part; none where nobody mentions everyone. */
  people?: number;
  /** Whether the writer is an owner or an admin. */
  leads?: boolean;
  mode: ComposerMode;
  onMode(mode: ComposerMode): void;
  /** Arrow-up in an empty field: edit the last own message. */
  onEditLast(): void;
  onSent(): void;
}) {
  const { mode } = props;
  const enterSends = useEnterSends();
  const longest = useOnePane() ? MAX_PLACEHOLDER.onePane : MAX_PLACEHOLDER.twoPanes;
  const label = props.rootId === undefined ? t.messages.messageField : t.threads.replyField;
  const invitation = props.rootId === undefined ? t.messages.writeTo(props.title) : label;
  const leaveMode = () => props.onMode({ kind: "write" });
  const { field, text, length, sendable, change, leave, insert, submit } = useComposer({ ...props, leaveMode });
  const { people = 0, leads = false } = props;
  const mentioning = useMentioning({ text, mode, people, leads, insert, submit });
  const formatting = useFormatting(field, insert);
  const onKeyDown = (event: KeyboardEvent) => {
    // An Enter that ends the composition of a character is not a send.
    if (isComposing(event.nativeEvent) || mentioning.keys.current?.(event)) return;
    if (formatting.onKeyDown(event)) return;
    if (event.key === "Enter" && (enterSends ? !event.shiftKey : event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      mentioning.send(sendable);
    } else if (event.key === "Escape" && mode.kind !== "write") {
      event.stopPropagation();
      leaveMode();
    } else if (event.key === "ArrowUp" && text === "" && mode.kind === "write") {
      event.preventDefault();
      props.onEditLast();
    }
  };
  return (
    <div
      className={styles.composer}
      data-keeps-escape={mode.kind !== "write" || mentioning.completion !== undefined || undefined}
    >
      {mode.kind !== "write" && <About mode={mode} onLeave={leaveMode} />}
      <Suspense>
        {text.includes("@") && <MentionHelp {...mentioning.help} chatId={props.chatId} text={text} />}
        {mentioning.question && <ConfirmEveryone {...mentioning.question} />}
      </Suspense>
      <div className={styles.line}>
        <EmojiButton onPick={insert} />
        <Textarea
          ref={field}
          className={styles.field}
          aria-label={label}
          placeholder={invitation.length > longest ? label : invitation}
          autosize
          minRows={1}
          maxRows={8}
          dir={text ? "auto" : undefined}
          enterKeyHint={enterSends ? "send" : "enter"}
          value={text}
          error={length > MAX_CHARACTERS}
          {...mentioning.field}
          onChange={(event) => {
            change(event.currentTarget.value);
            mentioning.field.onSelect(event);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => {
            mentioning.field.onBlur();
            leave();
          }}
        />
        {formatting.toggle && (
          <ActionIcon
            size={42}
            radius="xl"
            aria-label={t.messages.formatting}
            aria-expanded={formatting.shown}
            aria-controls={formatting.shown ? formatting.id : undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={formatting.toggle}
          >
            <FormatIcon />
          </ActionIcon>
        )}
        <ActionIcon
          className={styles.send}
          variant="filled"
          color="brand"
          size={42}
          radius="xl"
          aria-label={mode.kind === "edit" ? t.ui.save : t.messages.send}
          disabled={!sendable}
          onClick={() => mentioning.send(sendable)}
        >
          <SendIcon />
        </ActionIcon>
      </div>
      {formatting.shown && <FormattingBar id={formatting.id} onFormat={formatting.format} />}
      {length > NEAR_END && (
        <div className={styles.left} data-over={length > MAX_CHARACTERS || undefined} role="status">
          {t.messages.charactersLeft(MAX_CHARACTERS - length)}
        </div>
      )}
    </div>
  );
});

/** What is being answered or edited, above the field. */
function About({ mode, onLeave }: { mode: Exclude<ComposerMode, { kind: "write" }>; onLeave(): void }) {
  const message = unmask(ComposerMessageFragmentDoc, mode.message);
  const edit = mode.kind === "edit";
  return (
    <div className={styles.about}>
      <div className={styles.aboutText}>
        <strong>{edit ? t.messages.editing : t.messages.replyingTo(senderName(message))}</strong>
        <span dir="auto">{message.content}</span>
      </div>
      <ActionIcon aria-label={edit ? t.messages.cancelEdit : t.messages.cancelReply} onClick={onLeave}>
        <CloseIcon size={18} />
      </ActionIcon>
    </div>
  );
}
