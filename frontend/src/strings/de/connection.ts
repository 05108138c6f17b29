import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for how current what is seen is, in German. */
export const connection: Strings["connection"] = {
  catchingUp: "Wird aufgeholt …",
  offline: "Offline. Was du schreibst, wird gesendet, sobald das Netz wieder da ist.",
  reconnecting: "Verbindung wird wiederhergestellt …",
  failing: {
    users: "Profile und Anmeldung gehen gerade nicht. Neuer Versuch läuft …",
    sender: "Nachrichten und Änderungen lassen sich gerade nicht senden. Neuer Versuch läuft …",
    receiver: "Chats und Nachrichten lassen sich gerade nicht laden. Neuer Versuch läuft …",
  },
  storageFull:
    "Dieser Browser hat keinen Platz mehr für diese Seite. Was du schreibst, geht verloren, wenn du den Tab schließt, bevor es gesendet ist.",
  sessionNotKept: "Dieser Browser behält nichts für diese Seite: Du bist nur in diesem Tab angemeldet.",
  asOf: (time) => `Du siehst alles bis ${own(time)}.`,
};
