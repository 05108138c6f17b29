import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for what many features have: buttons, keys, the reader, in German. */
export const ui: Strings["ui"] = {
  keyCaps: { control: "Strg", shift: "Umschalt", enter: "Eingabe" },
  you: "Du",
  youNamed: (name) => `${own(name)} (Du)`,
  cancel: "Abbrechen",
  close: "Schließen",
  back: "Zurück zu den Chats",
  save: "Speichern",
  saved: "Gespeichert.",
  loadMore: "Mehr zeigen",
  remove: "Entfernen",
  undo: "Rückgängig",
  copyCode: "Diesen Code kopieren",
  copyShort: "Kopieren",
  copied: "Kopiert",
  notCopied: "Dein Browser hat das Kopieren nicht erlaubt.",
  tryAgain: "Noch einmal",
};
