import type { Strings } from "../en";

/** Words for what went wrong, and why a service refused, in German. */
export const errors: Strings["errors"] = {
  tooManyAttempts: (seconds) => {
    if (seconds > 90) return `Zu viele Versuche. Versuche es in ${Math.ceil(seconds / 60)} Minuten noch einmal.`;
    return `Zu viele Versuche. Versuche es in ${seconds === 1 ? "einer Sekunde" : `${seconds} Sekunden`} noch einmal.`;
  },
  error: {
    UNAUTHENTICATED: "Bitte melde dich neu an.",
    FORBIDDEN: "Das darfst du nicht.",
    NOT_FOUND: "Das gibt es nicht mehr.",
    BAD_USER_INPUT: "Der Dienst hat das nicht verstanden. Lade die Seite neu und versuche es noch einmal.",
    CONFLICT: "Es hat sich inzwischen geändert. Sieh dir die neueste Fassung an und versuche es noch einmal.",
    RATE_LIMITED: "Zu viele Versuche. Warte ein wenig und versuche es noch einmal.",
    UNAVAILABLE: "Der Dienst ist nicht erreichbar. Versuche es gleich noch einmal.",
    INTERNAL: "Bei uns ist etwas schiefgegangen. Versuche es gleich noch einmal.",
    NETWORK: "Keine Verbindung. Prüfe das Netz und versuche es noch einmal.",
  },
  reason: {
    ADMINS_ONLY: "Das dürfen nur Eigentümer:innen und Admins.",
    CHANGED_MEANWHILE:
      "Es hat sich inzwischen geändert. Sieh dir die neueste Fassung an und wiederhole deine Änderung.",
    CHARACTER_NOT_ALLOWED: "Nur diese Zeichen sind erlaubt: {allowed}",
    CONTAINS_PERSONAL_DATA: "Es darf weder deinen Benutzernamen noch deine E-Mail-Adresse enthalten.",
    CONTROL_CHARACTER: "Es enthält ein Zeichen, das man nicht tippen kann. Tippe es neu, statt es einzufügen.",
    CURSOR_TOO_OLD: "Inzwischen ist zu viel geschehen. Lade die Seite neu.",
    DIRECT_CHAT: "Das geht in einem Chat zu zweit nicht.",
    ID_TAKEN: "Das wurde schon für etwas anderes verwendet. Versuche es noch einmal.",
    JOIN_FIRST: "Tritt dem Chat zuerst bei.",
    LAST_OWNER: "Gib zuerst jemand anderem Eigentümerrechte.",
    LEAVE_INSTEAD: "Du kannst dich nicht selbst entfernen. Verlasse stattdessen den Chat.",
    MENTION_ALL_NOT_ALLOWED:
      "In einem Chat mit mehr als {people} Teilnehmenden dürfen nur Eigentümer:innen und Admins alle erwähnen.",
    MENTION_ALL_TOO_OFTEN: "Alle wurden vor weniger als einer Minute erwähnt. Versuche es später noch einmal.",
    MESSAGE_REMOVED: "Die Nachricht wurde entfernt.",
    NOTHING_VISIBLE: "Gib mindestens ein sichtbares Zeichen ein.",
    NOT_AN_EMOJI: "Wähle genau ein Emoji.",
    NOT_AN_EMAIL_ADDRESS: "Gib eine E-Mail-Adresse ein, zum Beispiel ada@example.org.",
    NOT_A_CURSOR: "Die Liste hat sich geändert. Lade die Seite neu.",
    NOT_A_UUID: "Diese Fassung der Seite ist veraltet. Lade sie neu.",
    NOT_PUBLIC: "Nur öffentlichen Chats kann man beitreten.",
    NOT_THE_AUTHOR: "Das darf nur, wer die Nachricht geschrieben hat.",
    NOT_TOGETHER_WITH: "Das lässt sich nicht mit {other} verbinden.",
    ONE_OTHER_PERSON: "Wähle genau eine andere Person.",
    OUT_OF_RANGE: "Es muss zwischen {min} und {max} liegen.",
    OWNERS_ONLY: "Das dürfen nur Eigentümer:innen.",
    REACTIONS_NOT_ALLOWED: "In diesem Chat sind Reaktionen ausgeschaltet.",
    REQUIRED: "Fülle dieses Feld aus.",
    TAKEN: "Das ist schon vergeben. Wähle etwas anderes.",
    THREADS_NOT_ALLOWED: "Threads sind in diesem Chat ausgeschaltet.",
    TOO_EASY_TO_GUESS: "Es ist zu leicht zu erraten. Füge ein oder zwei Wörter hinzu.",
    TOO_FEW: "Wähle mindestens {min}.",
    TOO_LONG: "Höchstens {max} Zeichen.",
    TOO_MANY: "Wähle höchstens {max}.",
    TOO_MANY_DRAFTS: "Du kannst höchstens {max} Entwürfe haben. Sende oder verwirf zuerst einen.",
    TOO_MANY_FOLLOWED_THREADS: "Du kannst höchstens {max} Threads eines Chats folgen. Folge zuerst einem nicht mehr.",
    TOO_MANY_PINNED_MESSAGES: "Ein Chat kann höchstens {max} angeheftete Nachrichten haben. Löse zuerst eine.",
    TOO_MANY_MENTIONS: "Eine Nachricht kann höchstens {max} Teilnehmende erwähnen.",
    TOO_MANY_PINNED_CHATS: "Du kannst höchstens {max} Chats oben halten. Löse zuerst einen.",
    TOO_MANY_REACTIONS:
      "Eine Nachricht kann höchstens {max} verschiedene Reaktionen haben. Schließe dich einer an, die schon da ist.",
    TOO_SHORT: "Mindestens {min} Zeichen.",
    WRONG_PASSWORD: "Das ist nicht dein jetziges Passwort.",
  },
};
