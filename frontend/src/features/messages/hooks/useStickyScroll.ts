import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { VirtualizerHandle } from "virtua";
import { isEmpty, type Row } from "../model/rows";
import type { LoadedMessages } from "./useMessages";

/** This close to the end counts as being there. */
const AT_END_PX = 40;
/** This close to an edge, the next page is asked for. */
const NEAR_EDGE_PX = 600;
/** After rows have come, the list measures them and puts the reader back to their place. */
const SETTLED_MS = 100;

/**
 * Keeps the reader where they are: at the end while messages arrive if that is where they were, at the message they
 * read while older ones come in above it, and at a message they asked to see.
 */
export function useStickyScroll(
  frame: RefObject<HTMLElement | null>,
  rows: readonly Row[],
  conversation: LoadedMessages,
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

  const { steady, onResize } = useSteadyEnd(frame, stick, conversation.loaded && !isEmpty(rows));
  const look = () => {
    const handle = list.current;
    if (!handle) return;
    const offset = handle.scrollOffset;
    const toEnd = handle.scrollSize - handle.viewportSize - offset;
    // The end of what is loaded is not the end: whoever reads on must not be carried past the page that comes.
    stick.current = toEnd < AT_END_PX && conversation.atEnd;
    setAtBottom(stick.current);
    if (offset < NEAR_EDGE_PX && conversation.hasOlder) conversation.loadOlder();
    if (toEnd < NEAR_EDGE_PX && !conversation.atEnd) conversation.loadNewer();
  };
  const onScroll = () => steady() && look();
  const lookNow = useRef(look);
  useEffect(() => {
    lookNow.current = look;
  });
  /** What opens or closes before the reader's eyes does so below that place, also at the end. */
  const stay = useCallback(() => {
    stick.current = false;
    setTimeout(() => lookNow.current(), SETTLED_MS);
  }, []);

  useOlderWithoutScrolling(list, stick, conversation);
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
  return { list, shifted, atBottom, highlighted, onScroll, onResize, jumpTo, jumpToNewest, stay };
}

/**
 * Who is at the end stays there when a keyboard comes up, the field below grows, or a phone is turned. Tells whether the
 * window has its size for a while: until then, what moves in it need not have been moved by anyone.
 */
function useSteadyEnd(frame: RefObject<HTMLElement | null>, stick: RefObject<boolean>, shown: boolean) {
  const size = useRef({ height: 0, since: 0 });
  useEffect(() => {
    const element = frame.current;
    if (!element || !shown) return;
    const observer = new ResizeObserver(() => {
      size.current = { height: element.clientHeight, since: performance.now() };
      if (stick.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame, stick, shown]);
  const steady = () =>
    frame.current?.clientHeight === size.current.height && performance.now() - size.current.since > SETTLED_MS;
  /** Rows that are as wide as the window have broken anew, and have other heights. */
  const onResize = () => {
    if (frame.current && stick.current && !steady()) frame.current.scrollTop = frame.current.scrollHeight;
  };
  return { steady, onResize };
}

/** Whether rows came or went at the start, so that all others have moved. */
function isShift(before: readonly Row[], after: readonly Row[]): boolean {
  const [from, to] = [before, after].map((rows) => rows.flatMap((row) => ("number" in row ? [row.number] : [])));
  const [first, second] = [from?.[0], to?.[0]];
  if (first === undefined || second === undefined || first === second) return false;
  // By numbers: what hides the first replies hides others when more have come above them.
  return first <= (to?.at(-1) ?? 0) && second <= (from?.at(-1) ?? 0);
}

/**
 * Who waits at the very top, or whose window is taller than a page of messages, causes no scroll event that asks for
 * more. Asked once per page that came, so that a failure is not repeated at once: then scrolling asks again.
 */
function useOlderWithoutScrolling(
  list: RefObject<VirtualizerHandle | null>,
  stick: RefObject<boolean>,
  { messages, hasOlder, loading, loadOlder }: LoadedMessages,
) {
  // Of messages, not of rows: a page of replies that are folded away adds none.
  const count = messages.length;
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
