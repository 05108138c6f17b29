/** What can turn the words around it: letters written from right to left, and characters that are nothing but direction. */
const TURNS =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A text of somebody's own, to be put among our words: it keeps its direction to itself.
 *
 * Between U+2068 and U+2069 a text is laid out by its own first letter, and the words around it stay as they are. Overrides
 * and embeddings that it leaves open end there. Isolates that it leaves open are closed, and an end without a beginning is
 * taken out, since it would be the end of ours; so are separators of paragraphs.
 */
export function isolated(text: string): string {
  let depth = 0;
  let own = "";
  for (const character of text.replace(/[\u2028\u2029]/g, " ")) {
    if (character >= "\u2066" && character <= "\u2068") depth += 1;
    if (character === "\u2069") {
      if (depth === 0) continue;
      depth -= 1;
    }
    own += character;
  }
  return `\u2068${own}${"\u2069".repeat(depth + 1)}`;
}

/** The same among words that are written from left to right: what cannot turn them stays as it is. */
export const isolatedFromLeftToRight = (text: string) => (TURNS.test(text) ? isolated(text) : text);
