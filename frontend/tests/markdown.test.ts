import { expect, test } from "vitest";
import { parseMarkdown, plainText } from "@/ui/parseMarkdown";

const text = (content: string) => ({ kind: "text", text: content });
const item = (content: string, lists: object[] = []) => ({ text: [text(content)], lists });
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

test("only http, https and mail addresses become links, without the punctuation after them", () => {
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
    "https://",
    "https://)",
    "awww.a.b",
    "a@b",
    "@ada",
  ]) {
    expect(inline(plain)).toEqual([text(plain)]);
  }
});

test("B5: an address keeps the brackets that it opens, and leaves the sentence its own", () => {
  const addresses = (source: string) => inline(source)?.filter(({ kind }) => kind === "link");
  const link = (href: string, label = href) => ({ kind: "link", href, children: [text(label)] });
  const wiki = "https://en.wikipedia.org/wiki/Rust_(programming_language)";
  expect(inline(wiki)).toEqual([link(wiki)]);
  expect(inline(`(see ${wiki})`)).toEqual([text("(see "), link(wiki), text(")")]);
  expect(inline(`([Rust](${wiki}))`)).toEqual([text("("), link(wiki, "Rust"), text(")")]);
  expect(addresses("[x](https://a.example/b_((c)_d)_e)")).toEqual([link("https://a.example/b_((c)_d)_e", "x")]);
  expect(inline("https://a.example/b_(c)).")).toEqual([link("https://a.example/b_(c)"), text(").")]);
  expect(addresses("https://a.example/(b)/c?d=(e)&f=[1]!")).toEqual([link("https://a.example/(b)/c?d=(e)&f=[1]")]);
  expect(addresses("(https://a.example/b)")).toEqual([link("https://a.example/b")]);
  expect(addresses("“https://a.example/b”…")).toEqual([link("https://a.example/b")]);
  expect(addresses("http://[::1]:8080/")).toEqual([link("http://[::1]:8080/")]);
});

test("F34: an address without http, a mail address and a struck word are told from plain text", () => {
  expect(inline("www.example.org/a, Www.example.org.")).toEqual([
    { kind: "link", href: "http://www.example.org/a", children: [text("www.example.org/a")] },
    text(", "),
    { kind: "link", href: "http://Www.example.org", children: [text("Www.example.org")] },
    text("."),
  ]);
  expect(inline("to ada.l+x@mail.example.org.")).toEqual([
    text("to "),
    { kind: "link", href: "mailto:ada.l+x@mail.example.org", children: [text("ada.l+x@mail.example.org")] },
    text("."),
  ]);
  expect(inline("~~not **that**~~ ~5 ~6")).toEqual([
    { kind: "strike", children: [text("not "), { kind: "bold", children: [text("that")] }] },
    text(" ~5 ~6"),
  ]);
});

test("F34: headings, rules, tables, tasks, and lists under lists", () => {
  expect(parseMarkdown("# Plan\n#hashtag\n---\n- a\n  - b\n    1. c\n- [x] d\n- [ ] e\nend")).toEqual([
    { kind: "heading", level: 1, children: [text("Plan")] },
    { kind: "text", children: [text("#hashtag")] },
    { kind: "rule" },
    {
      kind: "list",
      start: undefined,
      items: [
        item("a", [
          { kind: "list", start: undefined, items: [item("b", [{ kind: "list", start: 1, items: [item("c")] }])] },
        ]),
        { ...item("d"), done: true },
        { ...item("e"), done: false },
      ],
    },
    { kind: "text", children: [text("end")] },
  ]);
  expect(parseMarkdown("| a | b |\n|---|:-:|\n| **1** |\nx | y | z\nno stroke")).toEqual([
    {
      kind: "table",
      rows: [
        [[text("a")], [text("b")]],
        [[{ kind: "bold", children: [text("1")] }], []],
        [[text("x")], [text("y")]],
      ],
    },
    { kind: "text", children: [text("no stroke")] },
  ]);
  expect(plainText("# Plan\n---\n- a\n  - b\n\n|c|d|\n|-|-|\n|e|f|")).toBe("Plan a b c d e f");
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
    { kind: "list", start: undefined, items: [item("a"), item("b")] },
    { kind: "list", start: 3, items: [item("c")] },
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
    "https://x(",
    "[a](https://x(",
    "~~a",
    "www.a.",
    "a@b.",
    "|-",
    "a|b\n-|-\n",
    "  - a\n",
    "```x\n",
    "- a\n  - b\n    - c\n",
  ];
  for (const unit of units) {
    const source = unit.repeat(Math.floor(5_000 / unit.length));
    const begin = performance.now();
    parseMarkdown(source);
    expect(performance.now() - begin, JSON.stringify(unit)).toBeLessThan(1_000);
  }
});
