import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { chooseLanguage, explain, LANGUAGES, type Language, language, preferredLanguage, speak, t } from "@/strings";
import { en, type Strings } from "@/strings/en";
import { briefTime, fullTime } from "@/strings/time";

afterEach(() => speak("en"));

/** Where each word stands and what kind of thing it is. */
function shapeOf(words: object, path = ""): string[] {
  return Object.entries(words).flatMap(([name, word]) =>
    typeof word === "object" ? shapeOf(word as object, `${path}${name}.`) : [`${path}${name}: ${typeof word}`],
  );
}

/** The words of all features, each under the name of its feature and its own. */
function wordsOf(catalogue: Strings): Map<string, unknown> {
  const features: [string, object][] = Object.entries(catalogue);
  return new Map(
    features.flatMap(([feature, words]) =>
      Object.entries(words).map(([name, word]): [string, unknown] => [`${feature}.${name}`, word]),
    ),
  );
}

test("every word is said somewhere", () => {
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name));
  const text = sources.map((name) => readFileSync(`src/${name}`, "utf8")).join("\n");
  const said = new Set([...text.matchAll(/\bt\.(\w+\.\w+)/g)].map(([, name]) => name));
  expect([...wordsOf(en).keys()].filter((name) => !said.has(name))).toEqual([]);
});

test("every language has every word, none of them empty", async () => {
  const english = await LANGUAGES.en.load();
  expect(shapeOf(english).length).toBeGreaterThan(180);
  for (const { load } of Object.values(LANGUAGES)) {
    const words = await load();
    expect(shapeOf(words).sort()).toEqual(shapeOf(english).sort());
    expect(JSON.stringify(words)).not.toMatch(/""/);
  }
});

test("no sentence was left in English", async () => {
  const english = await LANGUAGES.en.load();
  const sameIn = async (code: Language) => {
    const other = await LANGUAGES[code].load();
    const same = wordsOf(other);
    return [...wordsOf(english)]
      .filter(([name, word]) => typeof word === "string" && word === same.get(name))
      .map(([name]) => name)
      .sort();
  };
  expect(await sameIn("de")).toEqual([
    "account.displayName",
    "app.appName",
    "chats.chats",
    "emoji.emoji",
    "participants.admin",
    "threads.thread",
    "threads.threads",
  ]);
  expect(await sameIn("ar")).toEqual(["app.appName"]);
});

test("the browser's first language that there is, unless another one was chosen on this device", async () => {
  expect(preferredLanguage(["fr-FR", "de-AT", "en-GB"])).toBe("de");
  expect(preferredLanguage(["fr-FR"])).toBe("en");
  expect(preferredLanguage(["toString"])).toBe("en");
  await chooseLanguage("de");
  expect(preferredLanguage(["en-GB"])).toBe("de");
});

test("Arabic counts as Arabic does, in the digits of the page, and reads from right to left", async () => {
  await speak("ar");
  expect([1, 2, 3, 11, 100, 1_200].map((count) => t.participants.participantsCount(count))).toEqual([
    "مشارك واحد",
    "مشاركان",
    "3 مشاركين",
    "11 مشاركًا",
    "100 مشارك",
    "1,200 مشارك",
  ]);
  expect(t.messages.readByCount(0, 3)).toBe("لم يقرأها أحد بعد");
  expect(t.messages.charactersLeft(-2)).toBe("الزيادة: حرفان");
  expect(document.documentElement.dir).toBe("rtl");
  expect(fullTime("2026-03-05T12:00:00Z")).toMatch(/2026/);
  await speak("en");
  expect(document.documentElement.dir).toBe("ltr");
});

test("F5: every reason that a service can give has a sentence with its arguments in every language", async () => {
  // Read from the file, not from the type: the services commit it, and what is forgotten here fails.
  const path = join(import.meta.dirname, "../../shared-schema/reasons.json");
  const reasons: Record<string, { arguments: string[] }> = JSON.parse(readFileSync(path, "utf8"));
  expect(Object.keys(reasons).length).toBeGreaterThan(25);
  for (const code of Object.keys(LANGUAGES) as Language[]) {
    await speak(code);
    expect(Object.keys(t.errors.reason).sort()).toEqual(Object.keys(reasons).sort());
    for (const [reason, { arguments: names }] of Object.entries(reasons)) {
      const sentence = t.errors.reason[reason as keyof typeof t.errors.reason];
      expect([...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()).toEqual([...names].sort());
      const told = { code: "BAD_USER_INPUT", reason, message: "", arguments: { min: 8, max: 1_000 } } as const;
      expect(explain(told)).not.toMatch(/[{}]/);
    }
  }
});

test("F5: a refusal is told in the reader's language, with its numbers", async () => {
  const short = { code: "BAD_USER_INPUT", reason: "TOO_SHORT", arguments: { min: 8 }, message: "" } as const;
  expect(explain(short)).toBe("At least 8 characters.");
  await speak("de");
  expect(explain(short)).toBe("Mindestens 8 Zeichen.");
  expect(explain({ ...short, reason: "TOO_LONG", arguments: { max: 5_000 } })).toBe("Höchstens 5.000 Zeichen.");
  await speak("ar");
  expect(explain(short)).toBe("الحد الأدنى لعدد المحارف: 8.");
});

test("F31: that it is taken and that it has changed are two sentences", async () => {
  for (const code of Object.keys(LANGUAGES) as Language[]) {
    await speak(code);
    const said = (reason: string) => explain({ code: "CONFLICT", reason, message: "" });
    expect(said("TAKEN")).not.toBe(said("CHANGED_MEANWHILE"));
  }
});

test("F5: a reason of a newer service is told in its own sentence in English, else as the kind of failure that it is", async () => {
  const newer = { code: "BAD_USER_INPUT", reason: "OF_TOMORROW", message: "It must rhyme." } as const;
  expect(explain(newer)).toBe("It must rhyme.");
  expect(explain({ ...newer, reason: "toString" })).toBe("It must rhyme.");
  await speak("de");
  expect(explain(newer)).toBe(t.errors.error.BAD_USER_INPUT);
});

test("F23: too many attempts say when to try again", async () => {
  const limited = { code: "RATE_LIMITED", message: "", retryAfterMs: 89_100 } as const;
  expect(explain(limited)).toBe("Too many attempts. Try again in 90 seconds.");
  expect(explain({ ...limited, retryAfterMs: 400 })).toBe("Too many attempts. Try again in 1 second.");
  expect(explain({ ...limited, retryAfterMs: 125_000 })).toBe("Too many attempts. Try again in 3 minutes.");
  await speak("ar");
  expect(explain({ ...limited, retryAfterMs: 2_000 })).toBe("محاولات كثيرة. حاول مرة أخرى بعد ثانيتين.");
});

test("a language is spoken everywhere at once: in words, in times, and to those who read the page aloud", async () => {
  await speak("de");
  expect(t.participants.participantsCount(1_200)).toBe("1.200 Teilnehmende");
  expect(language.get()).toBe("de" satisfies Language);
  expect(document.documentElement.lang).toBe("de");
  expect(fullTime("2026-03-05T12:00:00Z")).toMatch(/05\.03\.2026/);
  expect(briefTime("2026-03-05T12:00:00Z", new Date("2026-03-20T12:00:00Z"))).toMatch(/5\. März/);
});

/** What counts and what tells the time: no text of anybody's goes into these. */
const WITHOUT_TEXTS = [
  "account.signOutLoses",
  "chats.unread",
  "connection.asOf",
  "emoji.found",
  "errors.tooManyAttempts",
  "mentions.notifyTitle",
  "mentions.ofYouCount",
  "mentions.offeredCount",
  "messages.charactersLeft",
  "messages.jumpToNewestCount",
  "messages.notHereThenCount",
  "messages.deliveredToCount",
  "messages.notDeliveredToCount",
  "messages.noReceiptOfCount",
  "developer.differentFrom",
  "developer.inSync",
  "messages.readByCount",
  "messages.sendingIn",
  "notifications.newMessagesCount",
  "participants.participantsCount",
  "pins.allCount",
  "reactions.count",
  "reactions.countOf",
  "search.limited",
  "search.messagesFound",
  "search.messagesSoFar",
  "threads.foldedReplies",
  "threads.repliesCount",
  "threads.unreadThreads",
];

test("e1: a name or text among our words turns none of them round, in any language", async () => {
  const hostile = [
    "Bela\u202e",
    "\u202dBela",
    "Be\u2067la",
    "Be\u2069la\u202e",
    "\u2066\u2068\u202bBela",
    "بيلا",
    "Bela\u2029\u202e",
  ];
  for (const code of Object.keys(LANGUAGES) as Language[]) {
    const words = await LANGUAGES[code].load();
    for (const [name, word] of wordsOf(words)) {
      if (typeof word !== "function" || WITHOUT_TEXTS.includes(name)) continue;
      for (const text of hostile) {
        const say = word as (...values: unknown[]) => string;
        const lists = ["typing.typing", "mentions.staysText"];
        const sentences = lists.includes(name) ? [say([text]), say([text, text])] : [say(text, text, text)];
        for (const sentence of sentences) expect(outsideOfIsolates(sentence), `${code}.${name}`).not.toMatch(TURNING);
      }
    }
  }
});

/** Direction itself, or a letter of the other direction than that of the language; Arabic's own words have it. */
const TURNING = /[\u202a-\u202e\u2066-\u2069\u2028\u2029]|Bela|بيلا/;

/** What a sentence says by itself. Fails where an isolate is not closed. */
function outsideOfIsolates(sentence: string): string {
  let depth = 0;
  let outside = "";
  for (const character of sentence) {
    if (/[\u2066-\u2068]/.test(character)) depth += 1;
    else if (character === "\u2069") depth -= 1;
    else if (depth === 0) outside += character;
    expect(depth).toBeGreaterThanOrEqual(0);
  }
  expect(depth).toBe(0);
  return outside;
}

test("a name that cannot turn anything stays as it is among words from left to right", async () => {
  expect(t.participants.removePerson("Ada Lovelace")).toBe("Remove Ada Lovelace");
  expect(t.chats.someoneSaid("Bela\u202e", "plain words 123")).toBe("\u2068Bela\u202e\u2069: plain words 123");
});

test("a button that shows a number is called by it in every language", async () => {
  for (const { load } of Object.values(LANGUAGES)) {
    const { messages } = await load();
    for (const shown of ["1", "2", "99+"]) expect(messages.jumpToNewestCount(shown)).toContain(shown);
  }
});
