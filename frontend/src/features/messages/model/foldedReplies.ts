import type { Row } from "./rows";

type ReplyRow = Extract<Row, { kind: "reply" }>;

/**
 * Puts one row in the place of each stretch of replies in threads, which says how many they are. Nothing but replies is hidden,
 * and a day or the line above what is new ends a stretch, so both stay where they are. `unfolded` are replies to show: the
 * whole stretch of such a reply stands below its row.
 */
export function foldReplies(rows: readonly Row[], unfolded: ReadonlySet<string>): Row[] {
  const shown: Row[] = [];
  for (let index = 0; index < rows.length; ) {
    const stretch = stretchAt(rows, index);
    const [first] = stretch;
    if (!first) {
      shown.push(rows[index]!);
      index += 1;
      continue;
    }
    const replies = stretch.map(({ key }) => key);
    const open = replies.some((key) => unfolded.has(key));
    // Named after its first reply: it stays the same row while more arrive.
    shown.push({ kind: "fold", key: `fold ${first.key}`, number: first.number, replies, open });
    if (open) shown.push(...stretch);
    index += stretch.length;
  }
  return shown;
}

function stretchAt(rows: readonly Row[], from: number): ReplyRow[] {
  const stretch: ReplyRow[] = [];
  for (let row = rows[from]; row?.kind === "reply"; row = rows[from + stretch.length]) stretch.push(row);
  return stretch;
}
