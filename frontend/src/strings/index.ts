import { deviceStorage } from "@/api/deviceStorage";
import type { Failure, Reason } from "@/api/errors";
import { Store } from "@/api/store";
import { en, type Strings } from "./en";
import { isolated } from "./isolated";
import { setTimeLocale } from "./time";

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
  const codes = [deviceStorage.get(KEY) ?? "", ...wanted.map((tag) => tag.split("-")[0]!.toLowerCase())];
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
  deviceStorage.set(KEY, code);
}

/**
 * What to tell people about a failure, in their language: why the service refused, where it gave a reason; else what
 * kind of failure it was. A reason that this version does not know is told in the service's own sentence.
 */
export function explain(failure: Failure): string {
  const { code, reason, message, retryAfterMs } = failure;
  if (reason && Object.hasOwn(t.errors.reason, reason))
    return filled(t.errors.reason[reason as Reason], failure.arguments);
  if (reason && message && language.get() === "en") return message;
  if (code === "RATE_LIMITED" && retryAfterMs !== undefined)
    return t.errors.tooManyAttempts(Math.ceil(retryAfterMs / 1000));
  return t.errors.error[code];
}

/** The sentence with its arguments in place; numbers as the language writes them. */
function filled(sentence: string, values: Failure["arguments"] = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "…";
    return typeof value === "number" ? inDigits(value) : isolated(value);
  });
}

const inDigits = (value: number) => value.toLocaleString(new Intl.Locale(language.get(), { numberingSystem: "latn" }));
