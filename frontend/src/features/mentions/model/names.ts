import { type Block, type Inline, parseMarkdown } from "@/ui/parseMarkdown";

/** By which everyone is mentioned. */
export const EVERYONE = "all";

/** A name is no part of a longer word, of a mail address or of a path. */
const NAME = /(?<![\p{L}\p{N}_.@/\\+-])@([A-Za-z0-9][A-Za-z0-9_-]*)/gu;
/** What is being written up to the caret: a name, or what somebody is called. */
const BEGUN = /(?<![\p{L}\p{N}_.@/\\+-])@([\p{L}\p{M}\p{N}_-]{0,50})$/u;

/** A name that is being written: where its `@` stands, and what there is of it so far. */
export interface Begun {
  start: number;
  end: number;
  query: string;
}

/** What is being written at the caret, if that may become a mention. */
export function begunAt(text: string, caret: number): Begun | undefined {
  const match = BEGUN.exec(text.slice(0, caret));
  return match ? { start: match.index, end: caret, query: match[1]! } : undefined;
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
      if (piece.kind === "text") for (const [, name] of piece.text.matchAll(NAME)) found.add(name!.toLowerCase());
      else if (piece.kind !== "code" && piece.kind !== "link") look(piece.children);
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
