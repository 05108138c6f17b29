import { expect, test } from "vitest";
import { isSearchable } from "@/features/participants/hooks/useSearchUsers";
import { folded } from "@/ui/folded";
import { initialsOf } from "@/ui/userColor";

test("initials are characters as people see them, in every script", () => {
  const names = {
    "Ada Lovelace": "AL",
    ada: "A",
    李明: "李",
    "👨‍👩‍👧 Family": "👨‍👩‍👧F",
    "🏳️‍🌈": "🏳️‍🌈",
    "Zoe\u0308 von (Berg)": "ZB",
    "(Bela) «Kovács»": "BK",
    "ßeta istanbul": "ßI",
    "محمد علي": "م\u200cع",
    क्षमा: "क्ष",
    "…": "…",
    "": "?",
  };
  for (const [name, initials] of Object.entries(names)) expect(initialsOf(name)).toBe(initials);
});

test("F12: two letters are searched for, and one where it is a word or a syllable", () => {
  for (const text of ["Bo", "李", "く", "김", "🦊", "ив"]) expect(isSearchable(text), text).toBe(true);
  for (const text of ["", " ", "B", " я "]) expect(isSearchable(text), text).toBe(false);
});

test("B16: a chat of one's own is found in every form of its name", () => {
  const alike = [
    ["Zoe\u0308", "ZO\u00cb"],
    ["Straße", "STRASSE"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευς"],
    ["Ａｄａ", "ada"],
    ["می\u200cخواهم", "میخواهم"],
  ];
  for (const [one, other] of alike) expect(folded(one!)).toBe(folded(other!));
  expect(folded("ı")).not.toBe(folded("o"));
});
