import type { Strings } from "../en";
import { number } from "./number";

/** Words for the emoji to choose from, in German. What they are called comes from Unicode. */
export const emoji: Strings["emoji"] = {
  emoji: "Emoji",
  search: "Emoji suchen",
  results: "Gefunden",
  found: (count) => `${number(count)} gefunden`,
  nothingFound: "Kein Emoji heißt so.",
  failed: "Die Emoji konnten nicht geladen werden.",
  recent: "Zuletzt benutzt",
  group: {
    faces: "Gesichter",
    people: "Menschen und Hände",
    nature: "Tiere und Natur",
    food: "Essen und Trinken",
    travel: "Reisen und Orte",
    activities: "Aktivitäten",
    objects: "Gegenstände",
    signs: "Zeichen",
    flags: "Flaggen",
  },
  tone: "Hautton",
  tones: ["Keiner", "Hell", "Mittelhell", "Mittel", "Mitteldunkel", "Dunkel"],
};
