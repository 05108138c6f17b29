import { expect, test } from "vitest";
import { isFewEmoji, isLong } from "@/features/messages/model/looks";
import { speak } from "@/strings";
import { clockTime } from "@/strings/time";

test("F33: one to three emoji alone are told from text and from digits, which are emoji by the letter of the law", () => {
  for (const few of ["😀", "👍🏽 👍🏽", "🏳️‍🌈🇪🇺👨‍👩‍👧", " ❤️ "]) expect(isFewEmoji(few), few).toBe(true);
  for (const other of ["", "😀😀😀😀", "😀!", "1", "#", "©", "ok 👍"]) expect(isFewEmoji(other), other).toBe(false);
});

test("F35: a text of a screen's height is long, one of a dozen lines is not", () => {
  expect(isLong("line\n".repeat(11))).toBe(false);
  expect(isLong("line\n".repeat(20))).toBe(true);
  expect(isLong("word ".repeat(150))).toBe(false);
  expect(isLong("word ".repeat(1_000))).toBe(true);
});

test("F39: a clock of twelve hours has no zero before its hour, one of twenty-four has", async () => {
  const morning = new Date(2026, 2, 5, 9, 5).toISOString();
  const { languages } = navigator;
  const as = async (tag: string, language: "en" | "de" | "ar") => {
    Object.defineProperty(navigator, "languages", { value: [tag], configurable: true });
    await speak(language);
    return clockTime(morning);
  };
  expect(await as("en-US", "en")).toMatch(/^9:05\sAM$/);
  expect(await as("ar-EG", "ar")).toMatch(/^9:05/);
  expect(await as("en-GB", "en")).toBe("09:05");
  expect(await as("de-DE", "de")).toBe("09:05");
  Object.defineProperty(navigator, "languages", { value: languages, configurable: true });
  await speak("en");
});
