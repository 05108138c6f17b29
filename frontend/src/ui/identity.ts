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
  return (first + last).toLocaleUpperCase();
}

function firstCharacter(word: string): string {
  const [first] = new Intl.Segmenter().segment(word);
  return first?.segment ?? "";
}
