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
  compare: "Mit dem Server vergleichen",
  compareHint: "Vergleicht, was dieser Tab seit dem Öffnen angewandt hat, mit den Ereignissen des Servers.",
  inSync: (count: number) =>
    count === 1 ? "stimmt überein, 1 Ereignis" : `stimmt überein, ${count.toLocaleString("de")} Ereignisse`,
  differentFrom: (seq: number) => `weicht ab Ereignis ${seq} ab`,
  comparisonFailed: "ließ sich nicht vergleichen",
};
