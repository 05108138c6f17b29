import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";
import { number } from "./number";

/** Words for reactions to messages, in German. */
export const reactions: Strings["reactions"] = {
  reactions: "Reaktionen",
  react: "Reagieren",
  reactWith: (emoji) => `Reagieren mit ${own(emoji)}`,
  moreEmoji: "Weitere Emoji",
  count: (count) => number(count),
  countOf: (count) => (count === 1 ? "1 Reaktion" : `${number(count)} Reaktionen`),
  group: (emoji, counted, mine) => `${own(emoji)}, ${own(counted)}${mine ? ", auch deine" : ""}`,
  whoReacted: "Wer hat reagiert",
  whoFailed: "Nicht alle Reaktionen konnten geladen werden.",
  notSaved: (emoji) => `Deine Reaktion ${own(emoji)} wurde nicht gespeichert.`,
};
