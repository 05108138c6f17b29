import type { Failure } from "@/api/errors";
import { Store } from "@/api/store";
import { setTimeLocale } from "@/ui/time";
import { en, type Strings } from "./en";

/** The languages there are, each by its own name. English comes with the page, the others when they are spoken. */
export const LANGUAGES = {
  en: { name: "English", direction: "ltr", load: async () => en },
  de: { name: "Deutsch", direction: "ltr", load: async () => (await import("./de")).de },
  ar: { name: "العربية", direction: "rtl", load: async () => (await import("./ar")).ar },
} as const;

export type Language = keyof typeof LANGUAGES;

/** The catalogue in use. To be read when something is rendered or said, not when a file is loaded. */
export let t: Strings = en;

/** Which language that is. What is on screen is made anew when it changes. */
export const language = new Store<Language>("en");

const KEY = "antiphon.language";

const isSpoken = (code: string): code is Language => Object.hasOwn(LANGUAGES, code);

/** The one that was chosen on this device, else the first of the browser's that there is. */
export function preferredLanguage(wanted: readonly string[] = navigator.languages): Language {
  const codes = [localStorage.getItem(KEY) ?? "", ...wanted.map((tag) => tag.split("-")[0]!.toLowerCase())];
  return codes.find(isSpoken) ?? "en";
}

/** Speaks a language from now on. If it cannot be fetched, the one before stays. */
export async function speak(code: Language): Promise<void> {
  const { load, direction } = LANGUAGES[code];
  t = await load();
  // Of the reader's own kind where they named one: the day before the month, or after it.
  const tag = navigator.languages.find((wanted) => wanted.split("-")[0] === code) ?? code;
  // With the digits that counts and badges have.
  setTimeLocale(new Intl.Locale(tag, { numberingSystem: "latn" }).toString());
  document.documentElement.lang = code;
  document.documentElement.dir = direction;
  language.set(code);
}

/** The same, and remembers it on this device. */
export async function chooseLanguage(code: Language): Promise<void> {
  await speak(code);
  localStorage.setItem(KEY, code);
}

/**
 * What to tell people about a failure: the service's own sentence where it is about their input and they read English,
 * else ours.
 */
export function explain(failure: Failure): string {
  const own = failure.code === "BAD_USER_INPUT" || failure.code === "CONFLICT";
  return own && failure.message && language.get() === "en" ? sentence(failure.message) : t.error[failure.code];
}

function sentence(text: string): string {
  const capital = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
