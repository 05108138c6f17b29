import type { Strings } from "../en";

/** Words for what the reader chooses for this device, in German. */
export const preferences: Strings["preferences"] = {
  language: "Sprache",
  languageHint: "Für dieses Gerät.",
  keptHere: "Nur auf diesem Gerät gespeichert.",
  notifications: "Mitteilungen",
  notify: "Mitteilungen zeigen",
  notifyHint: "Wenn eine Nachricht ankommt, während dieser Tab im Hintergrund ist.",
  notifyRefused: "Dein Browser erlaubt es nicht. Du kannst das in seinen Einstellungen für diese Seite ändern.",
  notifyNeedsHttps: "Mitteilungen brauchen eine sichere Verbindung: Öffne diese Seite mit https.",
  playSound: "Einen Ton spielen",
  playSoundHint: "Zwei leise Töne, auch nur im Hintergrund.",
  writing: "Schreiben",
  enterSends: "Eingabetaste sendet die Nachricht",
  enterSendsHint: "Umschalt+Eingabe beginnt eine neue Zeile.",
  enterBreaksHint: "Die Eingabetaste beginnt eine neue Zeile; Strg+Eingabe oder der Knopf sendet.",
  foldReplies: "Antworten in Threads einklappen",
  foldRepliesHint: "Ein Chat verbirgt die Antworten in seinen Threads hinter einer Zeile, die sagt, wie viele es sind.",
};
