import { expect, test } from "vitest";
import { groups } from "@/features/emoji/data/groups";
import { loadCatalogue, loadNames } from "@/features/emoji/model/catalogue";
import { COLUMNS, neighbour } from "@/features/emoji/model/grid";
import { quickEmoji, recentEmoji, rememberEmoji } from "@/features/emoji/model/recent";
import { TONES, withoutTone, withTone } from "@/features/emoji/model/tones";
import { LANGUAGES, type Language } from "@/strings";

const all = Object.values(groups).flatMap((emoji) => emoji.split(" "));
/** Sets of whole emoji are newer than the language that this is compiled for. */
const SETS = "v";
const ONE = new RegExp("^\\p{RGI_Emoji}$", SETS);

test("every emoji is one of Unicode's, in the encoding that the services store, and once there", () => {
  expect(all.length).toBeGreaterThan(1_800);
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((emoji) => !ONE.test(emoji))).toEqual([]);
  expect(all.filter((emoji) => withoutTone(emoji) !== emoji)).toEqual([]);
});

test("what has tones has five, and without its tone is again what it was", () => {
  expect(withTone("👍", 3)).toBe("👍🏽");
  expect(withTone("☝️", 1)).toBe("☝🏻");
  expect(withTone("🧑‍🚀", 5)).toBe("🧑🏿‍🚀");
  expect(withTone("🕵️‍♀️", 2)).toBe("🕵🏼‍♀️");
  for (const same of ["❤️", "😀", "👨‍👩‍👧", "🇩🇪"]) expect(withTone(same, 4)).toBe(same);
  const toned = all.filter((emoji) => withTone(emoji, 1) !== emoji);
  expect(toned.length).toBeGreaterThan(300);
  for (const emoji of toned) {
    for (const tone of TONES) expect(withoutTone(withTone(emoji, tone)), emoji).toBe(emoji);
  }
});

test("every emoji has a name in every language, and is found by it and by other words", async () => {
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    const names = await loadNames(language);
    expect([...names.keys()]).toEqual(all);
    expect([...names].filter(([, name]) => !name)).toEqual([]);
  }
  const first = async (language: Language, query: string) => {
    const { search } = await loadCatalogue(language);
    return search(query).map(({ emoji }) => emoji);
  };
  expect((await first("en", "thumbs up"))[0]).toBe("👍");
  expect(await first("en", "celeb")).toContain("🎉");
  expect((await first("de", "daumen hoch"))[0]).toBe("👍");
  expect(await first("de", "LACHELND")).toContain("🙂");
  expect((await first("ar", (await loadNames("ar")).get("👍")!))[0]).toBe("👍");
  expect((await first("en", "flag: germany"))[0]).toBe("🇩🇪");
  expect(await first("en", "no such thing")).toEqual([]);
  expect(await first("en", "  ")).toEqual([]);
});

test("the arrow keys lead through the lines of all sections, and mirrored from right to left", () => {
  // Three lines, of which the last has two; one line of three; one full line.
  const lengths = [2 * COLUMNS + 2, 3, COLUMNS];
  const go = (section: number, index: number, key: string, rtl = false) => {
    const to = neighbour(lengths, { section, index }, key, rtl);
    return to ? [to.section, to.index] : undefined;
  };
  expect(go(0, 0, "ArrowRight")).toEqual([0, 1]);
  expect(go(0, 0, "ArrowLeft", true)).toEqual([0, 1]);
  expect(go(0, 0, "ArrowLeft")).toBeUndefined();
  expect(go(0, 0, "ArrowUp")).toBeUndefined();
  expect(go(0, 1, "ArrowDown")).toEqual([0, COLUMNS + 1]);
  expect(go(0, COLUMNS + 5, "ArrowDown")).toEqual([0, 2 * COLUMNS + 1]);
  expect(go(0, 2 * COLUMNS + 1, "ArrowDown")).toEqual([1, 1]);
  expect(go(0, 2 * COLUMNS + 1, "ArrowRight")).toEqual([1, 0]);
  expect(go(1, 2, "ArrowUp")).toEqual([0, 2 * COLUMNS + 1]);
  expect(go(1, 0, "ArrowLeft")).toEqual([0, 2 * COLUMNS + 1]);
  expect(go(2, 7, "ArrowUp")).toEqual([1, 2]);
  expect(go(2, 7, "ArrowDown")).toBeUndefined();
  expect(go(2, 7, "ArrowRight")).toBeUndefined();
  expect(go(2, 0, "Enter")).toBeUndefined();
});

test("those used last come first, each once, and usual ones fill what is left", () => {
  expect(quickEmoji(3, (emoji) => emoji)).toEqual(["👍", "❤️", "😂"]);
  rememberEmoji("🦊");
  rememberEmoji("👍🏽");
  rememberEmoji("🦊");
  expect(recentEmoji()).toEqual(["🦊", "👍🏽"]);
  expect(quickEmoji(4, (emoji) => withTone(emoji, 3))).toEqual(["🦊", "👍🏽", "❤️", "😂"]);
});
