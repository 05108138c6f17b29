import type { Language } from "@/strings";
import { folded } from "@/ui/folded";
import type { groups } from "../data/groups";

export type EmojiGroup = keyof typeof groups;

/** An emoji without a tone, and what it is called. */
export interface Emoji {
  emoji: string;
  name: string;
}

/** All emoji in the words of one language. */
export interface Catalogue {
  groups: readonly { group: EmojiGroup; emoji: readonly Emoji[] }[];
  /** Those that are called so, the best matches first. */
  search(query: string): Emoji[];
}

const NAMES: Record<Language, () => Promise<{ names: string }>> = {
  en: () => import("../data/names.en"),
  de: () => import("../data/names.de"),
  ar: () => import("../data/names.ar"),
};
const WORDS: Record<Language, () => Promise<{ words: string }>> = {
  en: () => import("../data/words.en"),
  de: () => import("../data/words.de"),
  ar: () => import("../data/words.ar"),
};

/** What the emoji of a language are called. */
export type Names = ReadonlyMap<string, string>;

const loading = new Map<Language, Promise<Names>>();

/** The names in a language: fetched once, and asked for again where that failed. */
export function loadNames(language: Language): Promise<Names> {
  const known = loading.get(language);
  if (known) return known;
  const names = fetchNames(language);
  loading.set(language, names);
  names.catch(() => loading.delete(language));
  return names;
}

async function fetchNames(language: Language): Promise<Names> {
  const [{ groups }, { names }] = await Promise.all([import("../data/groups"), NAMES[language]()]);
  const all = Object.values(groups).flatMap((emoji) => emoji.split(" "));
  const lines = names.split("\n");
  return new Map(all.map((emoji, index) => [emoji, lines[index]!]));
}

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  const [names, { groups }, { words }] = await Promise.all([
    loadNames(language),
    import("../data/groups"),
    WORDS[language](),
  ]);
  return catalogueOf(groups, names, words.split("\n"));
}

/** `words` are those by which the emoji of the same place is found besides its name. */
export function catalogueOf(
  lists: Readonly<Record<EmojiGroup, string>>,
  names: Names,
  words: readonly string[],
): Catalogue {
  const groups = Object.entries(lists).map(([group, list]) => ({
    group: group as EmojiGroup,
    emoji: list.split(" ").map((emoji) => ({ emoji, name: names.get(emoji) ?? emoji })),
  }));
  const index = groups
    .flatMap(({ emoji }) => emoji)
    .map((one, place) => ({ one, name: searched(one.name), words: searched(words[place] ?? "") }));
  const search = (query: string) => {
    const asked = searched(query).split(" ").filter(Boolean);
    if (asked.length === 0) return [];
    // Called so; then with that at the beginning of a word of the name; then found by other words.
    const rank = ({ name, words }: (typeof index)[number]) => {
      if (name === asked.join(" ")) return 0;
      if (asked.every((part) => ` ${name}`.includes(` ${part}`))) return 1;
      return asked.every((part) => ` ${name} ${words}`.includes(` ${part}`)) ? 2 : 3;
    };
    const ranked = index.map((entry) => ({ one: entry.one, rank: rank(entry) })).filter((entry) => entry.rank < 3);
    return ranked.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
  };
  return { groups, search };
}

/** A text as it is looked for: without accents, vowel marks and punctuation. */
function searched(text: string): string {
  const letters = folded(text).normalize("NFD").replace(/\p{M}/gu, "");
  return letters.replace(/[^\p{L}\p{N}#*]+/gu, " ").trim();
}
