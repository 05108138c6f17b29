import { marked, type Place } from "./inserts";
import { DEEPEST, type Inline, parseInline } from "./parseInline";

export type { Inline } from "./parseInline";

/** A piece of a message. Lines of a text keep their breaks. */
export type Block =
  | { kind: "text"; children: Inline[] }
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "rule" }
  | { kind: "code"; text: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "table"; rows: Inline[][][] }
  | List;

export interface List {
  kind: "list";
  /** Its first number; none for one with bullets. */
  start: number | undefined;
  items: Item[];
}

export interface Item {
  text: Inline[];
  /** Of something to do: whether it is done. */
  done?: boolean;
  /** The lists under it. */
  lists: List[];
}

const FENCE = /^\s*```\S*\s*$/;
const FENCE_END = /^\s*```\s*$/;
const QUOTE = /^> ?/;
const HEADING = /^(#{1,6}) +(.*?)(?: +#+)? *$/;
const RULE = /^ {0,3}(?:-{3,}|\*{3,}|_{3,}) *$/;
const ITEM = /^(?<indent>\s*)(?:[-*•]|(?<number>\d{1,9})[.)]) +(?=\S)(?:\[(?<task>[ xX])\] +(?=\S))?/;
const TABLE_LINE = /^ {0,3}:?-+:? *(?:\| *:?-+:? *)*$/;

/** A block that begins at a line, and how many lines it takes; none where a text goes on. */
type Found = { block: Block; lines: number } | undefined;

/**
 * The part of Markdown that people use in messages. There is no HTML in it: whatever is not one of these forms is text,
 * and an address is a link only to http:, https: or mailto:.
 */
export function parseMarkdown(source: string, depth = 0): Block[] {
  const blocks: Block[] = [];
  const lines = source.split("\n");
  const lastFence = lines.findLastIndex((line) => FENCE_END.test(line));
  let text: string[] = [];
  const endText = () => {
    const whole = text.join("\n").replace(/^\n+|\n+$/g, "");
    if (whole) blocks.push({ kind: "text", children: parseInline(whole) });
    text = [];
  };
  for (let at = 0; at < lines.length; ) {
    const found =
      codeAt(lines, at, lastFence) ??
      quoteAt(lines, at, depth) ??
      lineAt(lines[at]!) ??
      tableAt(lines, at) ??
      listAt(lines, at);
    if (found) {
      endText();
      blocks.push(found.block);
    } else text.push(lines[at]!);
    at += found?.lines ?? 1;
  }
  endText();
  return blocks;
}

/** The same as one line of words, for where there is room for no more; with other words in some places of it. */
export function plainText(source: string, places: readonly (Place & { words: string })[] = []): string {
  const whole = marked(source, places);
  const line = parseMarkdown(whole.source).map(wordsOf).join(" ").replace(/\s+/g, " ").trim();
  if (places.length === 0) return line;
  return whole
    .split(line)
    .map((piece) => (typeof piece === "string" ? piece : piece.words))
    .join("");
}

function codeAt(lines: readonly string[], at: number, lastFence: number): Found {
  if (at >= lastFence || !FENCE.test(lines[at]!)) return undefined;
  const closing = lines.findIndex((line, index) => index > at && FENCE_END.test(line));
  if (closing <= at + 1) return undefined;
  return { block: { kind: "code", text: lines.slice(at + 1, closing).join("\n") }, lines: closing + 1 - at };
}

function quoteAt(lines: readonly string[], at: number, depth: number): Found {
  if (depth >= DEEPEST) return undefined;
  const inner: string[] = [];
  while (QUOTE.test(lines[at + inner.length] ?? "")) inner.push(lines[at + inner.length]!.replace(QUOTE, ""));
  if (inner.length === 0) return undefined;
  return { block: { kind: "quote", children: parseMarkdown(inner.join("\n"), depth + 1) }, lines: inner.length };
}

function lineAt(line: string): Found {
  if (RULE.test(line)) return { block: { kind: "rule" }, lines: 1 };
  const heading = HEADING.exec(line);
  if (!heading?.[2]) return undefined;
  return { block: { kind: "heading", level: heading[1]!.length, children: parseInline(heading[2]) }, lines: 1 };
}

/** The cells of a line, without the strokes at its ends. */
function cellsOf(line: string): string[] {
  return line.trim().replace(/^\|/, "").replace(/\|$/, "").split("|");
}

/** A table has a line of dashes beneath its heads, with as many cells. */
function tableAt(lines: readonly string[], at: number): Found {
  const [head, dashes = ""] = [lines[at]!, lines[at + 1]];
  if (!head.includes("|") || !dashes.includes("|")) return undefined;
  const columns = cellsOf(head).length;
  if (!TABLE_LINE.test(cellsOf(dashes).join("|")) || cellsOf(dashes).length !== columns) return undefined;
  let end = at + 2;
  while (lines[end]?.includes("|")) end += 1;
  const rows = [head, ...lines.slice(at + 2, end)].map((line) => {
    const cells = cellsOf(line);
    return Array.from({ length: columns }, (_, column) => parseInline((cells[column] ?? "").trim()));
  });
  return { block: { kind: "table", rows }, lines: end - at };
}

/** A list and those under its items, which begin further in. */
function listAt(lines: readonly string[], at: number, depth = 0): { block: List; lines: number } | undefined {
  const first = ITEM.exec(lines[at]!)?.groups;
  if (!first) return undefined;
  const indent = first.indent!.length;
  const list: List = { kind: "list", start: first.number ? Number(first.number) : undefined, items: [] };
  let end = at;
  while (end < lines.length) {
    const match = ITEM.exec(lines[end]!);
    const groups = match?.groups;
    if (!groups) break;
    const further = groups.indent!.length - indent;
    const last = list.items.at(-1);
    if (further >= 2 && last && depth < DEEPEST) {
      const under = listAt(lines, end, depth + 1)!;
      last.lists.push(under.block);
      end += under.lines;
      continue;
    }
    // Back under an item further out, or a list of the other kind.
    if (further <= -2 || Boolean(groups.number) !== (list.start !== undefined)) break;
    const item: Item = { text: parseInline(lines[end]!.slice(match[0].length)), lists: [] };
    if (groups.task) item.done = groups.task !== " ";
    list.items.push(item);
    end += 1;
  }
  return { block: list, lines: end - at };
}

function wordsOf(block: Block): string {
  switch (block.kind) {
    case "code":
      return block.text;
    case "rule":
      return "";
    case "quote":
      return block.children.map(wordsOf).join(" ");
    case "list":
      return block.items.map((item) => [words(item.text), ...item.lists.map(wordsOf)].join(" ")).join(" ");
    case "table":
      return block.rows.map((row) => row.map(words).join(" ")).join(" ");
    default:
      return words(block.children);
  }
}

const words = (pieces: Inline[]): string =>
  pieces.map((piece) => ("children" in piece ? words(piece.children) : piece.text)).join("");
