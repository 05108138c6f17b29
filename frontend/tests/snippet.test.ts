import { expect, test } from "vitest";
import { snippetOf } from "@/features/search/model/snippet";
import { finished, isForMessages } from "@/features/search/model/syntax";

/** What a service says was found: every place of some words. */
function rangesOf(content: string, ...words: string[]) {
  return words
    .flatMap((word) => [...content.matchAll(new RegExp(word, "gi"))])
    .map((match) => ({ start: match.index, length: match[0].length }))
    .sort((a, b) => a.start - b.start);
}

/** A snippet as one text, with brackets around what is marked. */
const shown = (content: string, found = rangesOf(content, "lamp\\w*")) =>
  snippetOf(content, found)
    .map(({ text, marked }) => (marked ? `[${text}]` : text))
    .join("");

test("what was found is marked where it stands, whatever stands before it", () => {
  expect(shown("Bring the lamp and the lamps.")).toBe("Bring the [lamp] and the [lamps].");
  expect(shown("👩‍👩‍👧 lamp")).toBe("👩‍👩‍👧 [lamp]");
  expect(shown("我家在上海东边", rangesOf("我家在上海东边", "上海"))).toBe("我家在[上海]东边");
  expect(shown("nothing here")).toBe("nothing here");
});

test("Markdown is read as it is meant, and what is found in it is marked", () => {
  expect(shown("**lamp** and _lamps_, `lamp`")).toBe("[lamp] and [lamps], [lamp]");
  expect(shown("# The lamp\n\n- lamps\n- stands")).toMatch(/^The \[lamp\].*\[lamps\]/);
  // Found in the address, which is not read.
  expect(shown("[the shop](https://lamp.example/)")).toBe("the shop");
  // Over the end of what is bold.
  const across = "the **old lamp** here";
  expect(shown(across, [{ start: 10, length: 11 }])).toMatch(/^the old \[lamp.* here\]?$/);
});

test("ranges that cannot be are left out, and a text cannot mark itself", () => {
  const text = "a lamp";
  expect(shown(text, [{ start: 2, length: 99 }])).toBe(text);
  expect(
    shown(text, [
      { start: 2, length: 4 },
      { start: 3, length: 2 },
      { start: -1, length: 3 },
    ]),
  ).toBe("a [lamp]");
  expect(shown("\ue000all\ue001 lamp")).toBe("\ufffdall\ufffd [lamp]");
});

test("a long text is shown from shortly before the first thing that was found, and cut within no character", () => {
  const long = `${"before ".repeat(100)}the lamp ${"after ".repeat(100)}`;
  const text = shown(long);
  expect(text).toMatch(/^…(before )+the \[lamp\] (after )+.*…$/);
  expect(text.length).toBeLessThan(300);
  const faces = `${"😀".repeat(200)}lamp${"😀".repeat(200)}`;
  expect(shown(faces)).toMatch(/^…(😀)+\[lamp\](😀)+…$/u);
});

test("what is only for messages is told from what a chat or a person can be called", () => {
  for (const text of ["from:@ada", "lamp in:#choir", 'a "good morning"', "lamp -old", "Has:link", "on:2026-01-31"])
    expect(isForMessages(text), text).toBe(true);
  for (const text of ["lamp", "Jean-Luc", "from: ", "9:30", "origin:x", "-"])
    expect(isForMessages(text), text).toBe(false);
});

test("an operator that is not finished is not searched for", () => {
  for (const text of ["lamp from:@", "lamp from:", "lamp -", 'lamp "', "lamp before: ", "lamp in:#"])
    expect(finished(text), text).toBe("lamp");
  expect(finished(" lamp from:@ada ")).toBe("lamp from:@ada");
  expect(finished("Jean-")).toBe("Jean-");
});
