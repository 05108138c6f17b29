import { expect, test } from "vitest";
import { type Format, formatted } from "@/features/messages/model/formatting";

/** A text in which `[` and `]` stand around what is marked, or `|` at the caret; made into something, in the same form. */
function make(format: Format, marked: string): string {
  const start = marked.search(/[[|]/);
  const end = marked.includes("|") ? start : marked.lastIndexOf("]") - 1;
  const text = marked.includes("|")
    ? marked.replace("|", "")
    : marked.slice(0, start) + marked.slice(start + 1, end + 1) + marked.slice(end + 2);
  const edit = formatted(text, { start, end }, format);
  const now = text.slice(0, edit.start) + edit.words + text.slice(edit.end);
  const { select } = edit;
  if (select.start === select.end) return `${now.slice(0, select.start)}|${now.slice(select.start)}`;
  return `${now.slice(0, select.start)}⟦${now.slice(select.start, select.end)}⟧${now.slice(select.end)}`;
}

test("what is marked gets its marks, without the space around it, and stays marked", () => {
  expect(make("bold", "a [word] here")).toBe("a **⟦word⟧** here");
  expect(make("bold", "a[ word ]here")).toBe("a **⟦word⟧** here");
  expect(make("italic", "[two words]")).toBe("_⟦two words⟧_");
  expect(make("strike", "[x]")).toBe("~~⟦x⟧~~");
  expect(make("code", "call [f(x)]")).toBe("call `⟦f(x)⟧`");
  expect(make("bold", "at the caret |")).toBe("at the caret **|**");
});

test("a second time takes the marks away, from outside or inside of what is marked", () => {
  expect(make("bold", "a **[word]** here")).toBe("a ⟦word⟧ here");
  expect(make("bold", "a [**word**] here")).toBe("a ⟦word⟧ here");
  expect(make("italic", "**_[word]_**")).toBe("**⟦word⟧**");
});

test("over several lines emphasis is around the words of each, and code is a block", () => {
  expect(make("bold", "[one\n- two\n\n> three]")).toBe("⟦**one**\n- **two**\n\n> **three**⟧");
  expect(make("code", "see [a\nb]")).toBe("see ⟦\n```\na\nb\n```⟧");
});

test("a link is about what is marked, or leads there; what is missing is marked, to be written", () => {
  expect(make("link", "see [the notes] there")).toBe("see [the notes](⟦https://⟧) there");
  expect(make("link", "see [https://example.org/a]")).toBe("see [|](https://example.org/a)");
  expect(make("link", "see |")).toBe("see [|](https://)");
});

test("quotes and lists are made of whole lines, and of none when they were", () => {
  expect(make("quote", "one\nt[wo\n\nthr]ee\nfour")).toBe("one\n⟦> two\n> \n> three⟧\nfour");
  expect(make("quote", "[> two\n> \n> three]")).toBe("⟦two\n\nthree⟧");
  expect(make("list", "[one\n\ntwo]")).toBe("⟦- one\n\n- two⟧");
  expect(make("list", "[- one\n\n- two]")).toBe("⟦one\n\ntwo⟧");
  expect(make("list", "one\ntw|o")).toBe("one\n- tw|o");
  expect(make("list", "- tw|o")).toBe("tw|o");
  expect(make("quote", "|")).toBe("> |");
});
