/** What a part of a text can be made into. */
export type Format = "bold" | "italic" | "strike" | "code" | "link" | "quote" | "list";

export interface Range {
  start: number;
  end: number;
}

/** Words that take the place of a range, and what is marked then. */
export interface Edit extends Range {
  words: string;
  select: Range;
}

/** Around what is marked. An underline, since stars beside those of bold would be read as other ones. */
const MARKS = { bold: "**", italic: "_", strike: "~~", code: "`" } as const;

/** Before each line that is marked, and how it is known there. */
const BULLETS = {
  quote: { mark: "> ", known: /^> ?/ },
  list: { mark: "- ", known: /^\s*[-*•] +/ },
} as const;

/** An address that is to be the target of a link, and what stands there until there is one. */
const ADDRESS = /^https?:\/\/\S+$/i;
const NO_ADDRESS = "https://";

/** What begins a line without being part of what it says. */
const LINE = /^(\s*(?:(?:[-*•>]|\d{1,9}[.)]) +)*)(.*\S)(\s*)$/;

/** Writes the Markdown for a format around what is marked in a text, or takes it away where it is there. */
export function formatted(text: string, marked: Range, format: Format): Edit {
  switch (format) {
    case "quote":
    case "list":
      return lines(text, marked, format);
    case "link":
      return link(text, trimmed(text, marked));
    default:
      return inline(text, trimmed(text, marked), format);
  }
}

/** Without the space at its ends: emphasis begins and ends with a word. */
function trimmed(text: string, { start, end }: Range): Range {
  const words = text.slice(start, end);
  if (!words.trim()) return { start: end, end };
  return { start: start + words.search(/\S/), end: end - (words.length - words.trimEnd().length) };
}

function inline(text: string, { start, end }: Range, format: keyof typeof MARKS): Edit {
  const mark = MARKS[format];
  const words = text.slice(start, end);
  const size = mark.length;
  if (text.slice(0, start).endsWith(mark) && text.slice(end).startsWith(mark)) {
    return { start: start - size, end: end + size, words, select: { start: start - size, end: end - size } };
  }
  if (words.startsWith(mark) && words.endsWith(mark) && words.length > 2 * size) {
    return { start, end, words: words.slice(size, -size), select: { start, end: end - 2 * size } };
  }
  if (!words.includes("\n")) {
    return { start, end, words: mark + words + mark, select: { start: start + size, end: end + size } };
  }
  if (format === "code") return block(text, { start, end });
  // Emphasis ends with its line.
  const each = words.split("\n").map((line) => line.replace(LINE, `$1${mark}$2${mark}$3`));
  return replaced({ start, end }, each.join("\n"));
}

/** Several lines of code are a block of their own. */
function block(text: string, { start, end }: Range): Edit {
  const before = start === 0 || text[start - 1] === "\n" ? "" : "\n";
  const after = end === text.length || text[end] === "\n" ? "" : "\n";
  return replaced({ start, end }, `${before}\`\`\`\n${text.slice(start, end)}\n\`\`\`${after}`);
}

function link(text: string, { start, end }: Range): Edit {
  const words = text.slice(start, end).replace(/\s+/g, " ");
  const at = (offset: number, length = 0) => ({ start: start + offset, end: start + offset + length });
  if (ADDRESS.test(words)) return { start, end, words: `[](${words})`, select: at(1) };
  const select = words ? at(words.length + 3, NO_ADDRESS.length) : at(1);
  return { start, end, words: `[${words}](${NO_ADDRESS})`, select };
}

function lines(text: string, marked: Range, format: keyof typeof BULLETS): Edit {
  const { mark, known } = BULLETS[format];
  const start = text.lastIndexOf("\n", marked.start - 1) + 1;
  const next = text.indexOf("\n", marked.end);
  const end = next < 0 ? text.length : next;
  const all = text.slice(start, end).split("\n");
  const isOn = all.every((line) => known.test(line) || !line.trim()) && all.some((line) => known.test(line));
  const change = (line: string) => {
    if (isOn) return line.replace(known, "");
    // A quote goes on over an empty line, a list has no empty item.
    return format === "list" && !line.trim() && all.length > 1 ? line : mark + line;
  };
  const words = all.map(change).join("\n");
  if (marked.start !== marked.end) return replaced({ start, end }, words);
  const caret = Math.max(start, marked.start + words.length - (end - start));
  return { start, end, words, select: { start: caret, end: caret } };
}

/** With what was put there marked. */
const replaced = ({ start, end }: Range, words: string): Edit => ({
  start,
  end,
  words,
  select: { start, end: start + words.length },
});
