import { type Block, type Inline, parseMarkdown } from "@/ui/parseMarkdown";

/** By which everyone is mentioned. */
export const EVERYONE = "all";

/** A name ends where no letter of a script with capitals, digit or mark goes on with it. */
const NAME = /@([A-Za-z0-9_-]+)(?![\p{Ll}\p{Lu}\p{Lt}\p{N}\p{M}@_-])/gu;
/** What is being written up to the caret: a name, or what somebody is called. */
const BEGUN = /@([\p{L}\p{M}\p{N}_-]{0,50})$/u;
/** The end of the first half of a mail address, or another `@`, or what takes its meaning from it. */
const OF_ADDRESS = /(?:[\p{Ll}\p{Lu}\p{Lt}\p{N}][_%+-]*|[@\\])$/u;

/** Whether a name can begin after that: it is no part of an address. After words of scripts without spaces it may stand. */
function canBeginAfter(before: string): boolean {
  const word = /\S*$/.exec(before)?.[0] ?? "";
  const isWeb = word.includes("://") || (word.includes("/") && word.includes("."));
  return !isWeb && !OF_ADDRESS.test(word);
}

/** A name that is being written: where its `@` stands, and what there is of it so far. */
export interface Begun {
  start: number;
  end: number;
  query: string;
}

/** What is being written at the caret, if that may become a mention. */
export function begunAt(text: string, caret: number): Begun | undefined {
  const match = BEGUN.exec(text.slice(0, caret));
  if (!match || !canBeginAfter(text.slice(0, match.index))) return undefined;
  return { start: match.index, end: caret, query: match[1]! };
}

/**
 * The names that somebody probably means to mention in a text, each once: outside of code, links and quotes. It is for telling
 * them what will become of it. What it becomes, the services say.
 */
export function namesIn(text: string): string[] {
  if (!text.includes("@")) return [];
  const found = new Set<string>();
  const look = (pieces: readonly Inline[]) => {
    for (const piece of pieces) {
      if (piece.kind === "text") {
        for (const { 1: name = "", index } of piece.text.matchAll(NAME))
          if (canBeginAfter(piece.text.slice(0, index))) found.add(name.toLowerCase());
      } else if (piece.kind !== "code" && piece.kind !== "link") look(piece.children);
    }
  };
  const lookInto = (block: Block) => {
    if (block.kind === "text" || block.kind === "heading") look(block.children);
    else if (block.kind === "table") for (const row of block.rows) for (const cell of row) look(cell);
    else if (block.kind === "list") {
      for (const item of block.items) {
        look(item.text);
        for (const list of item.lists) lookInto(list);
      }
    }
  };
  for (const block of parseMarkdown(text)) lookInto(block);
  return [...found];
}

/** In chats of more people, only those who lead may mention everyone, and are asked before they do. */
export const MANY_PEOPLE = 50;
