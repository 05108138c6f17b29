import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for who is typing, in German. */
export const typing: Strings["typing"] = {
  typing: (names) => {
    if (names.length === 1) return `${own(names[0]!)} schreibt …`;
    if (names.length === 2) return `${own(names[0]!)} und ${own(names[1]!)} schreiben …`;
    return "Mehrere Teilnehmende schreiben …";
  },
};
