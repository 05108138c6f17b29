/**
 * A text of somebody's own, to be put among our words: it keeps its direction to itself.
 *
 * Between U+2068 and U+2069 a name is laid out by its own first letter, and the words around it stay as they are. What
 * the text itself opens and does not close (overrides, embeddings, isolates) is closed before the words go on: an isolate
 * ends what was opened inside it, and a stray end in the text is taken out, since it would end ours.
 */
export function isolated(text: string): string {
  let depth = 0;
  let own = "";
  for (const character of text) {
    if (/[\u2066-\u2068]/.test(character)) depth += 1;
    if (character === "\u2069") {
      if (depth === 0) continue;
      depth -= 1;
    }
    own += character;
  }
  return `\u2068${own}${"\u2069".repeat(depth + 1)}`;
}
