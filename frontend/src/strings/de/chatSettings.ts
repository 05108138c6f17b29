import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for what the reader has set for a chat, in German. */
export const chatSettings: Strings["chatSettings"] = {
  allMessages: "Alle Nachrichten",
  archiveChat: "Archivieren",
  archiveHint: "Nicht in der Liste, bis eine neue Nachricht kommt; ein stummer Chat bleibt im Archiv.",
  archivedChats: "Archiv",
  forAnHour: "Für 1 Stunde",
  forAWeek: "Für 1 Woche",
  forEightHours: "Für 8 Stunden",
  forGood: "Bis ich es aufhebe",
  howLong: "Wie lange",
  mentions: "Nur, wenn ich erwähnt werde",
  muteChat: "Stumm",
  muted: "Stumm",
  muteHint: "Keine Mitteilung und kein Ton, außer wenn du erwähnt wirst, und im Titel des Tabs nicht mitgezählt.",
  nothing: "Nichts",
  notifyOf: "Mitteilungen",
  onAllDevices: "Auf allen deinen Geräten.",
  pinChat: "Oben in der Liste halten",
  pinned: "Oben gehalten",
  unarchive: "Zurück in die Liste",
  unmute: "Nicht mehr stumm",
  unpin: "Nicht mehr oben halten",
  until: (time) => `Bis ${own(time)}`,
  markUnread: "Als ungelesen markieren",
  markedUnread: "Als ungelesen markiert",
  markUnreadHere: "Ab hier als ungelesen markieren",
};
