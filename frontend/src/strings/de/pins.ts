import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";
import { number } from "./number";

/** Words for pinned messages, in German. */
export const pins: Strings["pins"] = {
  pinned: "Angeheftete Nachrichten",
  pin: "Nachricht anheften",
  unpin: "Nachricht lösen",
  unpinMessageOf: (name) => `Die Nachricht von ${own(name)} lösen`,
  pinnedNow: "Nachricht angeheftet.",
  unpinnedNow: "Nachricht gelöst.",
  show: "Anzeigen",
  allCount: (count, more) => `Alle ${number(count)}${more ? "+" : ""}`,
  none: "Es ist keine Nachricht mehr angeheftet.",
};
