import { afterEach, expect, test } from "vitest";
import { chooseLanguage, explain, LANGUAGES, type Language, language, preferredLanguage, speak, t } from "@/strings";
import { briefTime, fullTime } from "@/ui/time";

afterEach(() => speak("en"));

/** Where each word stands and what kind of thing it is. */
function shapeOf(words: object, path = ""): string[] {
  return Object.entries(words).flatMap(([name, word]) =>
    typeof word === "object" ? shapeOf(word as object, `${path}${name}.`) : [`${path}${name}: ${typeof word}`],
  );
}

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
    return Object.keys(english)
      .filter((name) => {
        const [one, same] = [english, other].map((words) => words[name as keyof typeof words]);
        return typeof one === "string" && one === same;
      })
      .sort();
  };
  expect(await sameIn("de")).toEqual(["appName", "chats", "displayName", "emoji"]);
  expect(await sameIn("ar")).toEqual(["appName"]);
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
  expect([1, 2, 3, 11, 100, 1_200].map((count) => t.participantsCount(count))).toEqual([
    "مشارك واحد",
    "مشاركان",
    "3 مشاركين",
    "11 مشاركًا",
    "100 مشارك",
    "1,200 مشارك",
  ]);
  expect(t.readByCount(0)).toBe("لم يقرأها أحد بعد");
  expect(t.charactersLeft(-2)).toBe("الزيادة: حرفان");
  expect(document.documentElement.dir).toBe("rtl");
  expect(fullTime("2026-03-05T12:00:00Z")).toMatch(/2026/);
  await speak("en");
  expect(document.documentElement.dir).toBe("ltr");
});

test("a service's own sentence is told to those who read English, and the others are told in their language", async () => {
  const failure = { code: "BAD_USER_INPUT", message: "must be 3 to 50 letters" } as const;
  expect(explain(failure)).toBe("Must be 3 to 50 letters.");
  await speak("de");
  expect(explain(failure)).toBe("Etwas darin wird nicht angenommen.");
});

test("a language is spoken everywhere at once: in words, in times, and to those who read the page aloud", async () => {
  await speak("de");
  expect(t.participantsCount(1_200)).toBe("1.200 Personen");
  expect(language.get()).toBe("de" satisfies Language);
  expect(document.documentElement.lang).toBe("de");
  expect(fullTime("2026-03-05T12:00:00Z")).toMatch(/05\.03\.2026/);
  expect(briefTime("2026-03-05T12:00:00Z", new Date("2026-03-20T12:00:00Z"))).toMatch(/5\. März/);
});
