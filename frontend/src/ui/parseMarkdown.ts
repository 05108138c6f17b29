/** A piece of a line. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "bold" | "italic"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

/** A piece of a message. Lines of a text keep their breaks. */
export type Block =
  | { kind: "text"; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; start: number | undefined; items: Inline[][] };

/** Quotes in quotes, and emphasis in emphasis, deeper than this are shown as they were written. */
const DEEPEST = 4;

const FENCE = /^\s*```\S*\s*$/;
const QUOTE = /^> ?/;
const BULLET = /^\s{0,3}[-*•] +(?=\S)/;
const NUMBERED = /^\s{0,3}(\d{1,9})[.)] +(?=\S)/;

const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>".,:;!?)\]}'’»*_`]/.source;
const INLINE = new RegExp(
  [
    /`(?<code>[^`\n]+)`/.source,
    `\\[(?<label>[^\\]\\n]+)\\]\\((?<target>https?:\\/\\/[^\\s<>"()]+)\\)`,
    `(?<address>${ADDRESS})`,
    /\*\*(?=\S)(?<bold>[^\n]*?\S)\*\*/.source,
    /(?<![\p{L}\p{N}*])\*(?=[^\s*])(?<star>[^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/u.source,
    /(?<![\p{L}\p{N}_])_(?=[^\s_])(?<line>[^_\n]*[^\s_])_(?![\p{L}\p{N}_])/u.source,
  ].join("|"),
  "gu",
);

/**
 * The small part of Markdown that people use in messages. There is no HTML in it: whatever is not one of these forms
 * is text, and an address is a link only when it begins with http: or https:.
 */
export function parseMarkdown(source: string, depth = 0): Block[] {
  const blocks: Block[] = [];
  const lines = source.split("\n");
  let text: string[] = [];
  const endText = () => {
    const whole = text.join("\n").replace(/^\n+|\n+$/g, "");
    if (whole) blocks.push({ kind: "text", children: parseInline(whole) });
    text = [];
  };
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const closing = FENCE.test(line) ? lines.findIndex((other, index) => index > at && /^\s*```\s*$/.test(other)) : -1;
    const list = BULLET.test(line) ? BULLET : NUMBERED.test(line) ? NUMBERED : undefined;
    if (closing > at + 1) {
      endText();
      blocks.push({ kind: "code", text: lines.slice(at + 1, closing).join("\n") });
      at = closing + 1;
    } else if (QUOTE.test(line) && depth < DEEPEST) {
      endText();
      const inner = linesWhile(lines, at, QUOTE);
      blocks.push({ kind: "quote", children: parseMarkdown(inner.join("\n"), depth + 1) });
      at += inner.length;
    } else if (list) {
      endText();
      const start = list === NUMBERED ? Number(NUMBERED.exec(line)?.[1]) : undefined;
      const items = linesWhile(lines, at, list);
      blocks.push({ kind: "list", start, items: items.map((item) => parseInline(item)) });
      at += items.length;
    } else {
      text.push(line);
      at += 1;
    }
  }
  endText();
  return blocks;
}

/** The same as one line of words, for where there is room for no more. */
export function plainText(source: string): string {
  return parseMarkdown(source).map(wordsOf).join(" ").replace(/\s+/g, " ").trim();
}

/** The lines from here on that begin so, without what they begin with. */
function linesWhile(lines: readonly string[], from: number, prefix: RegExp): string[] {
  const found: string[] = [];
  for (let at = from; at < lines.length && prefix.test(lines[at]!); at += 1) found.push(lines[at]!.replace(prefix, ""));
  return found;
}

function parseInline(text: string, depth = 0): Inline[] {
  const pieces: Inline[] = [];
  const add = (plain: string) => {
    if (plain) pieces.push({ kind: "text", text: plain });
  };
  if (depth > DEEPEST) {
    add(text);
    return pieces;
  }
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    add(text.slice(end, match.index));
    end = match.index + match[0].length;
    const { code, label, target, address, bold, star, line } = match.groups ?? {};
    const italic = star ?? line;
    if (code) pieces.push({ kind: "code", text: code });
    else if (label && target) pieces.push({ kind: "link", href: target, children: [{ kind: "text", text: label }] });
    else if (address) pieces.push({ kind: "link", href: address, children: [{ kind: "text", text: address }] });
    else if (bold) pieces.push({ kind: "bold", children: parseInline(bold, depth + 1) });
    else if (italic) pieces.push({ kind: "italic", children: parseInline(italic, depth + 1) });
  }
  add(text.slice(end));
  return pieces;
}

function wordsOf(block: Block): string {
  if (block.kind === "code") return block.text;
  if (block.kind === "quote") return block.children.map(wordsOf).join(" ");
  if (block.kind === "list") return block.items.map((item) => item.map(wordsOfInline).join("")).join(" ");
  return block.children.map(wordsOfInline).join("");
}

function wordsOfInline(piece: Inline): string {
  return "children" in piece ? piece.children.map(wordsOfInline).join("") : piece.text;
}
