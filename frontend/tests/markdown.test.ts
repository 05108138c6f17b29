import { expect, test } from "vitest";
import { parseMarkdown, plainText } from "@/ui/parseMarkdown";

const text = (content: string) => ({ kind: "text", text: content });
const inline = (source: string) => {
  const [block] = parseMarkdown(source);
  return block?.kind === "text" ? block.children : undefined;
};

test("bold, italic and code are told from stars and lines that mean themselves", () => {
  expect(inline("a **b _c_** `**d**`")).toEqual([
    text("a "),
    { kind: "bold", children: [text("b "), { kind: "italic", children: [text("c")] }] },
    text(" "),
    { kind: "code", text: "**d**" },
  ]);
  for (const plain of ["2 * 3 * 4", "snake_case_name", "a*b*c", "** b **", "_", "``", "*", "<b>x</b> &amp;"]) {
    expect(inline(plain)).toEqual([text(plain)]);
  }
});

test("only http and https addresses become links, without the punctuation after them", () => {
  expect(inline("see https://example.org/a_b_c?d=*e*, or [here](http://example.org).")).toEqual([
    text("see "),
    { kind: "link", href: "https://example.org/a_b_c?d=*e", children: [text("https://example.org/a_b_c?d=*e")] },
    text("*, or "),
    { kind: "link", href: "http://example.org", children: [text("here")] },
    text("."),
  ]);
  for (const plain of [
    "[x](javascript:alert(1))",
    "[x](data:text/html,x)",
    "javascript://x",
    "[x](//a.b)",
    "www.a.b",
  ]) {
    expect(inline(plain)).toEqual([text(plain)]);
  }
});

test("quotes, lists and code blocks stand between texts, which keep their lines", () => {
  expect(parseMarkdown("one\n\ntwo\n> said\n> > before\n- a\n- b\n3. c\n```rust\n# <x>\n```\nend")).toEqual([
    { kind: "text", children: [text("one\n\ntwo")] },
    {
      kind: "quote",
      children: [
        { kind: "text", children: [text("said")] },
        { kind: "quote", children: [{ kind: "text", children: [text("before")] }] },
      ],
    },
    { kind: "list", start: undefined, items: [[text("a")], [text("b")]] },
    { kind: "list", start: 3, items: [[text("c")]] },
    { kind: "code", text: "# <x>" },
    { kind: "text", children: [text("end")] },
  ]);
  expect(plainText("**one**\n- two\n`three`")).toBe("one two three");
});

test("the longest hostile message is parsed within a blink", () => {
  const units = [
    "*",
    "**",
    "_",
    "**a",
    "`",
    "[",
    "[](",
    "> ",
    "*a ",
    "_a",
    "http://",
    "- ",
    "```\n",
    "**a*_",
    "(https://x",
  ];
  for (const unit of units) {
    const source = unit.repeat(Math.floor(5_000 / unit.length));
    const begin = performance.now();
    parseMarkdown(source);
    expect(performance.now() - begin, JSON.stringify(unit)).toBeLessThan(1_000);
  }
});
