/** A stretch of a text, in UTF-16 code units as strings count them, in whose place something else is shown. */
export interface Place {
  start: number;
  length: number;
}

export interface Marked<P extends Place> {
  /** The text with one character in the place of each stretch. To Markdown that is a letter which means nothing. */
  source: string;
  /** A part of it as it was written. */
  restored(part: string): string;
  /** A part of it, as texts and the places between them. */
  split(part: string): (string | P)[];
}

/** The first characters that Unicode leaves to private use and no font of ours knows. */
const FIRST_PRIVATE = 0xf_0000;

/**
 * Marks places of a text before it is parsed, so that whatever Markdown makes of it, each is found where it went. A place that
 * the text does not have, or that another one covers, is left out.
 */
export function marked<P extends Place>(text: string, places: readonly P[]): Marked<P> {
  const used = new Set(text);
  const byMark = new Map<string, P>();
  let next = FIRST_PRIVATE;
  let source = "";
  let end = 0;
  for (const place of [...places].sort((a, b) => a.start - b.start)) {
    if (place.start < end || place.start + place.length > text.length) continue;
    let mark = String.fromCodePoint(next++);
    while (used.has(mark)) mark = String.fromCodePoint(next++);
    byMark.set(mark, place);
    source += text.slice(end, place.start) + mark;
    end = place.start + place.length;
  }
  source += text.slice(end);
  const split = (part: string) => {
    const pieces: (string | P)[] = [];
    let run = "";
    for (const character of part) {
      const place = byMark.get(character);
      if (!place) run += character;
      else {
        if (run) pieces.push(run);
        pieces.push(place);
        run = "";
      }
    }
    return run ? [...pieces, run] : pieces;
  };
  const written = ({ start, length }: P) => text.slice(start, start + length);
  const restored = (part: string) =>
    byMark.size === 0
      ? part
      : split(part)
          .map((piece) => (typeof piece === "string" ? piece : written(piece)))
          .join("");
  return { source, restored, split };
}
