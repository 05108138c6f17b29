import type { Strings } from "../en";

/** Words for the developer panel, in German. */
export const developer: Strings["developer"] = {
  developer: "Für Entwickler",
  instance: "Instanz",
  anyInstance: "Beliebig",
  instanceHint: "Die Wahl lädt die Seite neu. Sie wirkt, wo der Lastverteiler es erlaubt.",
  positions: "Stand der Feeds",
  dropConnection: "Verbindung trennen",
  connectionState: "Verbindung",
};
