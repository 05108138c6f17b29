import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { failureOf } from "@/api/errors";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/app/antiphon";
import { explain, t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { BubbleIcon, DownIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { useMarkAsRead } from "../hooks/useMarkAsRead";
import type { useMessages } from "../hooks/useMessages";
import { useVisible } from "../hooks/useVisible";
import { ticksOf } from "../model/readers";
import { type Row, rowsOf } from "../model/rows";
import styles from "./MessageList.module.css";
import { type MessageActions, MessageRow } from "./MessageRow";
import { Beginning, DaySeparator, NewMessagesLine } from "./Separators";
import { UnsentRow } from "./UnsentRow";

/** This close to the end counts as being there. */
const AT_END_PX = 40;
/** This close to an edge, the next page is asked for. */
const NEAR_EDGE_PX = 600;
/** After rows have come, the list measures them and puts the reader back to their place. */
const SETTLED_MS = 100;

export interface MessageListProps {
  frame: RefObject<HTMLElement | null>;
  chatId: string;
  direct: boolean;
  conversation: ReturnType<typeof useMessages>;
  messageCount: number;
  /** The own read mark; none for someone who does not take part. */
  mark: number | undefined;
  /** The read marks of the others, as far as they are known. */
  othersMarks: readonly number[];
  removesOthers: boolean;
  actions: Omit<MessageActions, "jumpTo">;
}

export function MessageList(props: MessageListProps) {
  const { frame, conversation, chatId, mark, messageCount } = props;
  const { me, outbox } = useSignedIn();
  const allUnsent = useStore(outbox.messages);
  const visible = useVisible();
  const readUpTo = useNewLine(visible, mark, messageCount);
  const { messages, atEnd } = conversation;
  const rows = useMemo(() => {
    const unsent = atEnd ? allUnsent.filter((message) => message.chatId === chatId) : [];
    return rowsOf({ messages, unsent, readUpTo, me });
  }, [messages, atEnd, allUnsent, chatId, readUpTo, me]);

  const scroll = useStickyScroll(frame, rows, conversation);
  const looking = visible && scroll.atBottom && atEnd;
  useMarkAsRead(chatId, messageCount, mark, looking);
  const unseen = mark === undefined ? 0 : Math.max(0, messageCount - mark);

  if (conversation.error && !conversation.loaded) {
    return (
      <div className={styles.failed}>
        <Notice tone="error">
          {t.messagesFailed} {explain(failureOf(conversation.error))}
        </Notice>
        <Button variant="default" onClick={() => void conversation.retry()}>
          {t.tryAgain}
        </Button>
      </div>
    );
  }
  if (!conversation.loaded) return <ListSkeleton />;
  if (isEmpty(rows)) {
    return (
      <EmptyState icon={<BubbleIcon size={28} />} title={t.startOfChat}>
        {t.startOfChatHint}
      </EmptyState>
    );
  }
  return (
    <div className={styles.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <section ref={frame} className={styles.list} tabIndex={0} aria-label={t.messages}>
        <div className={styles.spacer} />
        <Virtualizer ref={scroll.list} scrollRef={frame} data={rows} shift={scroll.shifted} onScroll={scroll.onScroll}>
          {(row) => (
            <RowView
              key={row.key}
              row={row}
              me={me}
              highlighted={scroll.highlighted}
              {...props}
              jumpTo={scroll.jumpTo}
            />
          )}
        </Virtualizer>
      </section>
      {conversation.loading === "older" && (
        <div className={styles.loading} role="status">
          {t.loadingOlder}
        </div>
      )}
      {(!scroll.atBottom || !atEnd) && (
        <ActionIcon
          className={styles.down}
          variant="default"
          size={42}
          radius="xl"
          aria-label={unseen > 0 ? t.jumpToNewestCount(unseen) : t.jumpToNewest}
          onClick={scroll.jumpToNewest}
        >
          <DownIcon />
          {unseen > 0 && <span className={styles.count}>{unseen > 99 ? "99+" : unseen}</span>}
        </ActionIcon>
      )}
    </div>
  );
}

function RowView({
  row,
  me,
  highlighted,
  jumpTo,
  ...props
}: MessageListProps & { row: Row; me: string; highlighted: string | undefined; jumpTo(id: string): void }) {
  switch (row.kind) {
    case "beginning":
      return <Beginning />;
    case "day":
      return <DaySeparator at={row.at} />;
    case "new":
      return <NewMessagesLine />;
    case "unsent":
      return <UnsentRow unsent={row.unsent} first={row.first} />;
    case "message": {
      const own = row.message.senderId === me;
      return (
        <MessageRow
          message={row.message}
          first={row.first}
          last={row.last}
          own={own}
          direct={props.direct}
          removable={own || props.removesOthers}
          highlighted={highlighted === row.message.id}
          ticks={own ? ticksOf(row.message.number, props.othersMarks) : undefined}
          actions={{ ...props.actions, jumpTo }}
        />
      );
    }
  }
}

/**
 * Where the reader stood when they came, or came back to the window: the line above what is new stays there while they
 * read on. What arrives before their eyes is not marked as new.
 */
function useNewLine(visible: boolean, mark: number | undefined, messageCount: number): number {
  const [line, setLine] = useState(Number.POSITIVE_INFINITY);
  const [seen, setSeen] = useState(false);
  if (visible !== seen) {
    setSeen(visible);
    if (visible) setLine(mark !== undefined && mark < messageCount ? mark : Number.POSITIVE_INFINITY);
  }
  return line;
}

/**
 * Keeps the reader where they are: at the end while messages arrive if that is where they were, at the message they
 * read while older ones come in above it, and at a message they asked to see.
 */
function useStickyScroll(
  frame: RefObject<HTMLElement | null>,
  rows: readonly Row[],
  conversation: ReturnType<typeof useMessages>,
) {
  const list = useRef<VirtualizerHandle>(null);
  const [atBottom, setAtBottom] = useState(true);
  const stick = useRef(true);
  const [target, setTarget] = useState<string>();
  const [highlighted, setHighlighted] = useState<string>();
  const previous = useRef<readonly Row[]>([]);
  const shifted = isShift(previous.current, rows);
  useLayoutEffect(() => {
    previous.current = rows;
  }, [rows]);

  // Whoever sends wants to see it: from wherever they were, to the end.
  const lastRow = rows.at(-1);
  const lastUnsent = lastRow?.kind === "unsent" ? lastRow.key : undefined;
  useLayoutEffect(() => {
    if (!lastUnsent) return;
    stick.current = true;
    setAtBottom(true);
  }, [lastUnsent]);

  useLayoutEffect(() => {
    if (target) {
      const index = rows.findIndex((row) => row.key === target);
      if (index < 0) return;
      stick.current = false;
      list.current?.scrollToIndex(index, { align: "center" });
      setTarget(undefined);
      setHighlighted(target);
    } else if (stick.current && rows.length > 0) {
      list.current?.scrollToIndex(rows.length - 1, { align: "end" });
    }
  }, [rows, target]);
  useEffect(() => {
    if (!highlighted) return;
    const timer = setTimeout(() => setHighlighted(undefined), 1_800);
    return () => clearTimeout(timer);
  }, [highlighted]);

  const height = useSteadyEnd(frame, stick, conversation.loaded && !isEmpty(rows));
  const onScroll = (offset: number) => {
    const handle = list.current;
    // A window that has just changed its size moves what is in it: nobody has scrolled.
    if (!handle || frame.current?.clientHeight !== height.current) return;
    const toEnd = handle.scrollSize - handle.viewportSize - offset;
    // The end of what is loaded is not the end: whoever reads on must not be carried past the page that comes.
    stick.current = toEnd < AT_END_PX && conversation.atEnd;
    setAtBottom(stick.current);
    if (offset < NEAR_EDGE_PX && conversation.hasOlder) conversation.loadOlder();
    if (toEnd < NEAR_EDGE_PX && !conversation.atEnd) conversation.loadNewer();
  };

  useOlderWithoutScrolling(list, stick, rows.length, conversation);
  const { jumpTo: load, jumpToNewest: leaveAnchor } = conversation;
  const jumpTo = useCallback(
    (id: string) => {
      load(id).then(
        () => setTarget(id),
        (error) => console.warn("the message could not be loaded", error),
      );
    },
    [load],
  );
  const jumpToNewest = () => {
    leaveAnchor().then(
      () => {
        stick.current = true;
        setAtBottom(true);
        list.current?.scrollToIndex(rows.length - 1, { align: "end" });
      },
      (error) => console.warn("the newest messages could not be loaded", error),
    );
  };
  return { list, shifted, atBottom, highlighted, onScroll, jumpTo, jumpToNewest };
}

function isEmpty(rows: readonly Row[]): boolean {
  return rows.length === 1 && rows[0]?.kind === "beginning";
}

/**
 * Who is at the end stays there when a keyboard comes up, the field below grows, or a phone is turned. Gives the height
 * of the window as it was when they were last put there.
 */
function useSteadyEnd(frame: RefObject<HTMLElement | null>, stick: RefObject<boolean>, shown: boolean) {
  const height = useRef(0);
  useEffect(() => {
    const element = frame.current;
    if (!element || !shown) return;
    const observer = new ResizeObserver(() => {
      height.current = element.clientHeight;
      if (stick.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, stick, shown]);
  return height;
}

/** Whether rows came or went at the start, so that all others have moved. */
function isShift(before: readonly Row[], after: readonly Row[]): boolean {
  const [first, second] = [before, after].map((rows) => rows.find((row) => row.kind === "message")?.key);
  if (first === undefined || second === undefined || first === second) return false;
  return after.some((row) => row.key === first) || before.some((row) => row.key === second);
}

/**
 * Who waits at the very top, or whose window is taller than a page of messages, causes no scroll event that asks for
 * more. Asked once per page that came, so that a failure is not repeated at once: then scrolling asks again.
 */
function useOlderWithoutScrolling(
  list: RefObject<VirtualizerHandle | null>,
  stick: RefObject<boolean>,
  count: number,
  { hasOlder, loading, loadOlder }: ReturnType<typeof useMessages>,
) {
  const askedAt = useRef(0);
  useEffect(() => {
    if (!hasOlder || loading || askedAt.current === count) return;
    const timer = setTimeout(() => {
      const handle = list.current;
      if (!handle) return;
      const fits = handle.scrollSize > 0 && handle.scrollSize <= handle.viewportSize;
      if (!fits && (stick.current || handle.scrollOffset >= NEAR_EDGE_PX)) return;
      askedAt.current = count;
      loadOlder();
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [list, stick, count, hasOlder, loading, loadOlder]);
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
