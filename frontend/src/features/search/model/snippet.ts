import { plainText } from "@/ui/parseMarkdown";

/** A part of a text in UTF-16 units. */
export interface Range {
  start: number;
  length: number;
}

export interface Piece {
  text: string;
  marked: boolean;
}

/** So much of a text is shown before the first word that was found, and in all. */
const BEFORE = 48;
const MAX_SHOWN = 240;

/** Stand around what was found while Markdown is taken out of the text: characters that mean nothing, to Markdown neither. */
const START = "\ue000";
const END = "\ue001";

/**
 * The part of a message around the first thing that was found in it, in words as they are read, with everything that was found
 * marked. What is found in a part of Markdown that is not read, such as the address of a link, is not marked.
 */
export function snippetOf(content: string, found: readonly Range[]): Piece[] {
  const pieces = piecesOf(plainText(withMarks(content, found)));
  const first = pieces.findIndex(({ marked }) => marked);
  const before = first > 0 ? pieces[first - 1] : undefined;
  if (before) {
    const start = cut(before.text, before.text.length - BEFORE);
    if (start > 0 || first > 1) pieces.splice(0, first, { text: `…${before.text.slice(start)}`, marked: false });
  }
  return limited(pieces, MAX_SHOWN);
}

function withMarks(content: string, found: readonly Range[]): string {
  // Theirs would be taken for ours.
  const text = content.replace(/[\ue000\ue001]/g, "\ufffd");
  let marked = "";
  let at = 0;
  for (const { start, length } of found) {
    if (start < at || length < 1 || start + length > text.length) continue;
    marked += `${text.slice(at, start)}${START}${text.slice(start, start + length)}${END}`;
    at = start + length;
  }
  return marked + text.slice(at);
}

/** Markdown may have taken a mark with it: each one says what follows, whatever came before. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let marked = false;
  for (const part of text.split(/([\ue000\ue001])/)) {
    if (part === START || part === END) marked = part === START;
    else if (part) pieces.push({ text: part, marked });
  }
  return pieces;
}

function limited(pieces: readonly Piece[], max: number): Piece[] {
  const shown: Piece[] = [];
  let left = max;
  for (const piece of pieces) {
    if (piece.text.length > left)
      return [...shown, { ...piece, text: `${piece.text.slice(0, cut(piece.text, left))}…` }];
    left -= piece.text.length;
    shown.push(piece);
  }
  return shown;
}

/** A place to cut near `at`: after a space if one is close, and never within a character. */
function cut(text: string, at: number): number {
  if (at <= 0) return 0;
  const space = text.indexOf(" ", at);
  if (space >= 0 && space - at < 12) return space + 1;
  return /[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at;
}
