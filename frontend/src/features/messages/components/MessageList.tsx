import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { useLocation } from "@tanstack/react-router";
import { type RefObject, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { Virtualizer } from "virtua";
import { failureOf } from "@/api/errors";
import { useStore } from "@/api/store";
import { progressOf, type Receipt } from "@/features/receipts";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { BubbleIcon, DownIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { usePrinting } from "@/ui/printing";
import { useListKeys } from "../hooks/useListKeys";
import { type Reading, useMarkAsRead } from "../hooks/useMarkAsRead";
import type { LoadedMessages } from "../hooks/useMessages";
import type { useReactionWishes } from "../hooks/useReactionWishes";
import { useRows } from "../hooks/useRows";
import { useStickyScroll } from "../hooks/useStickyScroll";
import { useVisible } from "../hooks/useVisible";
import { DateDialog, RevisionsDialog } from "../lazy";
import type { GivenActions, MessageActions } from "../model/messageActions";
import { isEmpty, type Row } from "../model/rows";
import styles from "./MessageList.module.css";
import { MessageRow } from "./MessageRow";
import { ReplyFold } from "./ReplyFold";
import { ReplyLine } from "./ReplyLine";
import { Beginning, DaySeparator, NewMessagesLine, RepliesLine } from "./Separators";
import { UnsentNote, UnsentReply, UnsentRow } from "./UnsentRow";

export interface MessageListProps {
  frame: RefObject<HTMLElement | null>;
  chatId: string;
  direct: boolean;
  conversation: LoadedMessages;
  /** Of a thread, what its replies answer. */
  root?: LoadedMessages["messages"][number] | undefined;
  /** How many messages there are, or replies. */
  messageCount: number;
  /** The number of the newest of them. */
  lastNumber: number;
  /** The own read mark; none for someone who does not take part. */
  mark: number | undefined;
  /** From which message on the reader has marked the chat as unread. */
  unreadFrom?: number | undefined;
  /** What moves it. */
  reading: Reading;
  /** How many messages above it are left to read. */
  unread: number;
  /** How far messages have come on the way to the others. */
  receipts: readonly Receipt[];
  /** Nothing can be done with the messages: the reader only looks. */
  readOnly: boolean;
  /** Whether the reader may react to them. */
  reactable: boolean;
  /** Whether the reader may reply to them in threads. */
  threadable: boolean;
  /** Something else is shown in its place: nobody sees it. */
  covered?: boolean;
  /** A message to begin at. */
  startAt?: string | undefined;
  removesOthers: boolean;
  actions: GivenActions;
  /** Back to the field below. */
  onLeave(): void;
}

export function MessageList(props: MessageListProps) {
  const { frame, conversation, mark, unread } = props;
  const { inbox } = useSignedIn();
  // Until the services have told, what this device remembers is all there is: nothing can be new, or read.
  const told = useStore(inbox.loaded) === "yes";
  const seen = useVisible() && !props.covered;
  const visible = seen && told;
  const readUpTo = Math.min(useNewLine(visible, mark, unread), (props.unreadFrom ?? Number.POSITIVE_INFINITY) - 1);
  const { atEnd } = conversation;
  const { rows, wishes, setOpen } = useRows(props, readUpTo);
  const scroll = useStickyScroll(frame, rows, conversation);
  const { jumpTo: scrollTo, stay } = scroll;
  // What is folded away cannot be scrolled to.
  const jumpTo = useCallback(
    (id: string) => {
      setOpen([id], true);
      scrollTo(id);
    },
    [setOpen, scrollTo],
  );
  const onFold = useCallback(
    (replies: readonly string[], open: boolean) => {
      stay();
      setOpen(replies, open);
    },
    [setOpen, stay],
  );
  const [day, setDay] = useState<string>();
  const [revised, setRevised] = useState<string>();
  const actions = useMemo(() => ({ ...props.actions, jumpTo, revisions: setRevised }), [props.actions, jumpTo]);
  const onKeyDown = useListKeys(frame, props.onLeave);
  const printing = usePrinting();
  useMarkAsRead(props.reading, props.lastNumber, mark, visible && scroll.atBottom && atEnd);
  useLookedAt(props, seen && scroll.atBottom && atEnd);
  useStart(props, jumpTo);

  if (conversation.error && !conversation.loaded) return <Failed conversation={conversation} />;
  if (!conversation.loaded) return <ListSkeleton />;
  if (isEmpty(rows)) {
    return (
      <EmptyState icon={<BubbleIcon size={28} />} title={t.messages.startOfChat}>
        {t.messages.startOfChatHint}
      </EmptyState>
    );
  }
  const view = (row: Row) => (
    <RowView
      key={row.key}
      row={row}
      highlighted={scroll.highlighted}
      wishes={wishes}
      onFold={onFold}
      onDay={props.root ? undefined : setDay}
      {...props}
      actions={actions}
    />
  );
  return (
    <div className={styles.frame} data-away={!scroll.atBottom || undefined}>
      <section
        ref={frame}
        className={styles.list}
        data-thread={props.root ? true : undefined}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        aria-label={props.root ? t.threads.replies : t.messages.messages}
        onKeyDown={onKeyDown}
      >
        <div className={styles.spacer} />
        <Virtualizer
          ref={scroll.list}
          scrollRef={frame}
          data={rows}
          shift={scroll.shifted}
          onScroll={scroll.onScroll}
          onResize={scroll.onResize}
        >
          {view}
        </Virtualizer>
      </section>
      <DayChoice chatId={props.chatId} day={day} onJump={jumpTo} onClose={() => setDay(undefined)} />
      <Revisions {...props} id={revised} onClose={() => setRevised(undefined)} />
      {printing && <div className={styles.printed}>{rows.map(view)}</div>}
      {conversation.loading === "older" && (
        <div className={styles.loading} role="status">
          {t.messages.loadingOlder}
        </div>
      )}
      {(!scroll.atBottom || !atEnd) && (
        <ActionIcon
          className={styles.down}
          variant="default"
          size={42}
          radius="xl"
          aria-label={unread > 0 ? t.messages.jumpToNewestCount(shownCount(unread)) : t.messages.jumpToNewest}
          onClick={scroll.jumpToNewest}
        >
          <DownIcon />
          {unread > 0 && <span className={styles.count}>{shownCount(unread)}</span>}
        </ActionIcon>
      )}
    </div>
  );
}

function DayChoice(props: { chatId: string; day: string | undefined; onJump(id: string): void; onClose(): void }) {
  const { day, ...rest } = props;
  return <Suspense>{day !== undefined && <DateDialog from={day} {...rest} />}</Suspense>;
}

/** What a message said before; nothing of one that is removed meanwhile. */
function Revisions(
  props: Pick<MessageListProps, "conversation" | "root"> & { id: string | undefined; onClose(): void },
) {
  const { conversation, root, id } = props;
  const message = id === undefined ? undefined : [root, ...conversation.messages].find((one) => one?.id === id);
  if (!message || message.removedAt) return null;
  return (
    <Suspense>
      <RevisionsDialog
        chatId={message.chatId}
        messageId={message.id}
        revision={message.revision}
        onClose={props.onClose}
      />
    </Suspense>
  );
}

const shownCount = (count: number) => (count > 99 ? "99+" : String(count));

function RowView({
  row,
  highlighted,
  ...props
}: Omit<MessageListProps, "actions"> & {
  row: Row;
  highlighted: string | undefined;
  wishes: ReturnType<typeof useReactionWishes>;
  onFold(replies: readonly string[], open: boolean): void;
  onDay: ((at: string) => void) | undefined;
  actions: MessageActions;
}) {
  switch (row.kind) {
    case "beginning":
      return <Beginning />;
    case "day":
      return <DaySeparator at={row.at} onChoose={props.onDay} />;
    case "new":
      return <NewMessagesLine />;
    case "replies":
      return <RepliesLine count={props.messageCount} />;
    case "reply":
      return (
        <ReplyLine message={row.message} own={row.own} highlighted={highlighted === row.key} actions={props.actions} />
      );
    case "fold":
      return <ReplyFold fold={row} onToggle={() => props.onFold(row.replies, !row.open)} />;
    case "unsent":
      return <UnsentRow unsent={row.unsent} first={row.first} />;
    case "unsentReply":
      return <UnsentReply unsent={row.unsent} />;
    case "edit":
      return <UnsentNote entry={row.edit} />;
    case "message": {
      const { own } = row;
      return (
        <MessageRow
          message={row.message}
          first={row.first}
          last={row.last}
          own={own}
          direct={props.direct}
          removable={own || props.removesOthers}
          readOnly={props.readOnly}
          reactable={props.reactable}
          threadable={props.threadable}
          thread={props.conversation.threads.get(row.key)}
          ownReactions={props.conversation.ownReactions.get(row.key)}
          wishes={props.wishes.get(row.key)}
          highlighted={highlighted === row.key}
          progress={own ? progressOf(row.number, props.receipts) : undefined}
          actions={props.actions}
        />
      );
    }
  }
}

/** Begins at the message that is asked for. Whoever comes for it again goes there again. */
function useStart({ startAt, conversation }: MessageListProps, jumpTo: (id: string) => void): void {
  const visit = useLocation({ select: ({ state }) => state.__TSR_key });
  useEffect(() => {
    if (startAt && conversation.loaded && visit !== null) jumpTo(startAt);
  }, [startAt, conversation.loaded, jumpTo, visit]);
}

/** The chat whose newest messages are before the reader's eyes has no badge. In a thread they see only what belongs to it. */
function useLookedAt({ chatId, root }: Pick<MessageListProps, "chatId" | "root">, looking: boolean): void {
  const { lookedAt } = useSignedIn();
  const here = looking && !root;
  useEffect(() => {
    if (!here) return;
    lookedAt.set(chatId);
    return () => lookedAt.set(undefined);
  }, [here, chatId, lookedAt]);
}

function Failed({ conversation }: { conversation: LoadedMessages }) {
  return (
    <div className={styles.failed}>
      <Notice tone="error">
        {t.messages.messagesFailed} {conversation.error && explain(failureOf(conversation.error))}
      </Notice>
      <Button variant="default" onClick={() => void conversation.retry()}>
        {t.ui.tryAgain}
      </Button>
    </div>
  );
}

/**
 * Where the reader stood when they came, or came back to the window: the line above what is new stays there while they
 * read on, and when they come back and nothing is new. What arrives before their eyes is not marked as new.
 */
function useNewLine(visible: boolean, mark: number | undefined, unread: number): number {
  const [line, setLine] = useState(Number.POSITIVE_INFINITY);
  const [seen, setSeen] = useState(false);
  const here = visible && mark !== undefined;
  if (here !== seen) {
    setSeen(here);
    if (here && unread > 0) setLine(mark);
  }
  return line;
}

function ListSkeleton() {
  return (
    <div className={styles.skeletons} aria-busy="true">
      {[220, 160, 300, 120, 260].map((width, index) => (
        <Skeleton
          key={width}
          className={index % 3 === 1 ? styles.skeletonOwn : ""}
          height={38}
          width={width}
          radius="lg"
        />
      ))}
    </div>
  );
}
