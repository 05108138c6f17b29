import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";
import { number } from "./number";

/** Words for the search in chats, people and messages, in German. */
export const search: Strings["search"] = {
  search: "Suchen",
  searchHere: "In diesem Chat suchen",
  field: "Chats, Personen, Nachrichten",
  found: "Gefunden",
  people: "Personen",
  messages: "Nachrichten",
  narrow: "Nachrichten suchen mit",
  onlyIn: (name) => `Nur in ${own(name)}`,
  goOn: (time) => `Gesucht bis ${own(time)}. Weitersuchen`,
  searching: "Suche läuft …",
  nothing: "Keine Nachricht gefunden.",
  nothingBackTo: (time) => `Bis ${own(time)} keine Nachricht gefunden.`,
  messagesFound: (count) => (count === 1 ? "1 Nachricht" : `${number(count)} Nachrichten`),
  messagesSoFar: (count) => (count === 1 ? "Bisher 1 Nachricht" : `Bisher ${number(count)} Nachrichten`),
  limited: (seconds) =>
    `Du suchst schneller als erlaubt. Weiter in ${seconds === 1 ? "1 Sekunde" : `${number(seconds)} Sekunden`}.`,
  offlineHint: "Offline. Nur deine Chats werden durchsucht; Personen und Nachrichten brauchen das Netz.",
  keysHint: "↑ ↓ wählt, Eingabe öffnet, Esc schließt. Anderswo zeigt ? alle Tasten.",
  operators: {
    from: { example: "from:@ada", meaning: "Von einer Person geschrieben; from:me von dir" },
    in: { example: "in:#chor", meaning: "Im Chat dieses Namens; in:@ada mit einer Person" },
    link: { example: "has:link", meaning: "Mit einem Link. Bilder und Dateien gibt es noch nicht" },
    mentions: { example: "mentions:me", meaning: "Die dich erwähnen" },
    before: { example: "before:2026-01-31", meaning: "Älter als dieser Tag" },
    after: { example: "after:2026-01-31", meaning: "Neuer als dieser Tag" },
    on: { example: "on:2026-01-31", meaning: "Von diesem Tag" },
    phrase: { example: '"guten Morgen" alle', meaning: "Die Wörter in Anführungszeichen nebeneinander" },
    without: { example: "-lampe", meaning: "Ohne dieses Wort" },
  },
};
