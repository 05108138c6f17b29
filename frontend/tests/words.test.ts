import { afterEach, expect, test } from "vitest";
import { LANGUAGES, type Language, speak } from "@/strings";
import { momentTime } from "@/strings/time";

afterEach(() => speak("en"));

/** What a catalogue says with samples in the places of names and numbers, each sentence under its name. */
async function sentencesOf(code: Language): Promise<Map<string, string>> {
  const said = new Map<string, string>();
  const say = (word: unknown, path: string) => {
    if (typeof word === "string") said.set(path, word);
    else if (typeof word === "object") for (const [name, inner] of Object.entries(word!)) say(inner, `${path}.${name}`);
    else if (path === "typing") said.set(path, (word as (names: string[]) => string)(["A", "B", "C"]));
    else if (path === "signOutLoses") {
      said.set(path, (word as (lost: object) => string)({ messages: 3, changes: 3, drafts: 3 }));
    } else said.set(path, (word as (...values: unknown[]) => string)(3, "A"));
  };
  // What puts names into its words is given a name.
  const catalogue = await LANGUAGES[code].load();
  for (const [name, word] of Object.values(catalogue).flatMap((words) => Object.entries<unknown>(words))) {
    try {
      say(word, name);
    } catch {
      said.set(name, (word as (...values: unknown[]) => string)("A", "B"));
    }
  }
  return said;
}

/** The noun for those who take part in a chat, in every form, and what it is not to be mixed with. */
const NOUNS = {
  en: { right: /\bparticipants?\b/i, other: /\b(people|persons?|members?|users)\b/i },
  de: { right: /Teilnehmende|Teilnehmer:in/, other: /Person|Leute|Mitglied|Benutzer(?!name)/ },
  ar: { right: /مشارك/, other: /(?<!ال)شخص(?!ي)|أشخاص|أعضاء|عضو/ },
} as const;

/** The role, and those who do not take part in the chat, or not yet. */
const OTHERS = ["member", "makeMember", "findPeople", "findPerson", "group.people", "usernameHint"];
const STRANGERS = ["noChatsHint", "copyInvitation", "publicHint", "reason.ONE_OTHER_PERSON"];
/** Whoever can be searched for, or has written something: in any chat, and in none. */
const FOUND = ["field", "people", "offlineHint", "keyNames.search", "operators.from.meaning", "operators.in.meaning"];

test("F49: those who take part in a chat have one noun in each language, and who owns it is no property", async () => {
  for (const code of Object.keys(LANGUAGES) as Language[]) {
    const sentences = await sentencesOf(code);
    expect(sentences.size).toBeGreaterThan(220);
    const { right, other } = NOUNS[code];
    const mixed = [...sentences].filter(
      ([name, said]) =>
        other.test(said.replace(/\{\w+\}/g, "…")) && ![...OTHERS, ...STRANGERS, ...FOUND].includes(name),
    );
    expect(Object.fromEntries(mixed), code).toEqual({});
    for (const name of ["participantsCount", "addPeople", "typing", "groupHint"]) {
      expect(sentences.get(name), `${code}.${name}`).toMatch(right);
    }
  }
  const german = await sentencesOf("de");
  expect(german.get("owner")).toBe("Eigentümer:in");
  expect([...german.values()].join("\n")).not.toMatch(/Besitz/);
});

test("F22: what a choice holds for is said in every language: this device, or all of them where it is about a chat", async () => {
  const device = { en: /this device/, de: /diesem Gerät/, ar: /هذا الجهاز/ };
  const all = { en: /all of your devices/, de: /allen deinen Geräten/, ar: /جميع أجهزتك/ };
  for (const code of Object.keys(LANGUAGES) as Language[]) {
    const sentences = await sentencesOf(code);
    expect(sentences.get("keptHere"), code).toMatch(device[code]);
    expect(sentences.get("onAllDevices"), code).toMatch(all[code]);
  }
});

test("what one sees up to a moment of another day names that day", async () => {
  const now = new Date(2026, 2, 6, 0, 10);
  const evening = new Date(2026, 2, 5, 23, 50).toISOString();
  expect(momentTime(evening, new Date(2026, 2, 5, 23, 55))).toMatch(/^(23:50|11:50\sPM)$/);
  await speak("de");
  expect(momentTime(evening, now)).toBe("Do., 5. März, 23:50");
  expect(momentTime(evening, new Date(2027, 0, 1))).toMatch(/05\.03\.2026, 23:50/);
  await speak("ar");
  expect(momentTime(evening, now)).toMatch(/الخميس.*5 مارس/);
});
