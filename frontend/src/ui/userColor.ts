const HUES = [25, 60, 110, 150, 190, 230, 275, 320, 350];

/** A hue for a person or thing, from its id, the same in every session and on every device. */
export function hueOf(seed: string): number {
  let hash = 0;
  for (const character of seed) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return HUES[hash % HUES.length]!;
}

/** One or two letters: of the first and last word, by character as people see them. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = firstCharacter(words[0] ?? "?");
  const last = words.length > 1 ? firstCharacter(words.at(-1)!) : "";
  // Arabic letters would join and look like a word of two letters.
  const apart = JOINS.test(first) && JOINS.test(last) ? "\u200c" : "";
  return `${first}${apart}${last}`;
}

const JOINS = /^[\u0600-\u08ff]/;
const TELLS_SOMETHING = /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/u;

/** The first character that is a letter, a digit or an emoji, as a capital where the script has them; else the first one. */
function firstCharacter(word: string): string {
  const characters = [...new Intl.Segmenter().segment(word)].map(({ segment }) => segment);
  const first = characters.find((character) => TELLS_SOMETHING.test(character)) ?? characters[0] ?? "";
  // Not in the reader's language: an "i" would be dotted in Turkish. And "ß" has no capital of one letter.
  const capital = first.toUpperCase();
  return [...capital].length === [...first].length ? capital : first;
}
