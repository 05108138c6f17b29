import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for signing in, the account and its sessions, in German. */
export const account: Strings["account"] = {
  signIn: "Anmelden",
  signUp: "Konto anlegen",
  signOut: "Abmelden",
  signOutTitle: "Abmelden?",
  signOutLoses: ({ messages, changes, drafts }) => {
    const many = (count: number) => count.toLocaleString("de");
    const words = [
      messages > 0 &&
        (messages === 1 ? "1 Nachricht ist" : `${many(messages)} Nachrichten sind`).concat(" noch nicht gesendet."),
      changes > 0 &&
        (changes === 1 ? "1 Änderung ist" : `${many(changes)} Änderungen sind`).concat(" noch nicht gespeichert."),
      drafts > 0 && (drafts === 1 ? "1 Entwurf ist" : `${many(drafts)} Entwürfe sind`).concat(" nicht gesendet."),
      "Abmelden und löschen?",
    ];
    return words.filter(Boolean).join(" ");
  },
  signOutAnyway: "Abmelden und löschen",
  noAccountYet: "Neu hier?",
  haveAccount: "Schon ein Konto?",
  email: "E-Mail",
  username: "Benutzername",
  usernameHint: "3 bis 50 Buchstaben, Ziffern, _ oder -. Damit wirst du gefunden.",
  emailOrUsername: "E-Mail oder Benutzername",
  password: "Passwort",
  passwordHint: "Mindestens 8 Zeichen, schwer zu erraten. Ein paar Wörter eignen sich gut.",
  displayName: "Name",
  displayNameOptional: "Name (freiwillig)",
  displayNameHint: "So sehen dich die anderen. Du kannst ihn jederzeit ändern.",
  showPassword: "Passwort anzeigen",
  wrongSignIn: "E-Mail oder Benutzername und Passwort passen nicht zusammen. Prüfe beides und versuche es noch einmal.",
  profile: "Profil",
  account: "Konto",
  about: "Über dich",
  changeUsername: "Benutzernamen ändern",
  usernameChangeHint: "Dein alter Name bleibt 30 Tage lang für dich reserviert.",
  changePassword: "Passwort ändern",
  currentPassword: "Jetziges Passwort",
  newPassword: "Neues Passwort",
  passwordChanged: "Passwort geändert. Deine anderen Sitzungen wurden abgemeldet.",
  profileConflict:
    "Dein Profil wurde auf einem anderen Gerät geändert. Hier ist die neueste Fassung; bitte wiederhole deine Änderung.",
  privacy: "Privatsphäre",
  readReceipts: "Lesebestätigungen",
  readReceiptsHint:
    "Andere sehen, was du gelesen hast, und du siehst, was sie gelesen haben. Ausgeschaltet sieht es niemand von beiden. Dass Nachrichten angekommen sind, wird immer gezeigt.",
  sessions: "Angemeldete Geräte",
  thisDevice: "Dieses Gerät",
  lastUsed: (when) => `Zuletzt benutzt ${own(when)}`,
  revoke: "Abmelden",
  revokeSession: (name) => `${own(name)} abmelden`,
  revokeOthers: "Alle anderen abmelden",
  revokeOthersText: "Sie müssen sich mit dem Passwort neu anmelden.",
  closeAccount: "Konto schließen",
  closeAccountHint:
    "Du wirst überall abgemeldet und kannst dich nicht mehr anmelden. Dein Profil verschwindet; was du geschrieben hast, bleibt unter deinem Benutzernamen stehen. Das lässt sich nicht rückgängig machen.",
};
