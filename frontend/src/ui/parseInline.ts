/** A piece of a line. */
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "bold" | "italic" | "strike"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

/** Emphasis in emphasis, and a block in a block, deeper than this are shown as they were written. */
export const DEEPEST = 4;

/** Parentheses that close again belong to an address, also inside others. */
const TARGET = /[hH]ttps?:\/\/(?:[^\s<>"()]|\((?:[^\s<>"()]|\([^\s<>"()]*\))*\))+/.source;
/** Full-width and Arabic marks end an address without a space. */
const OF_ADDRESS = /[^\s<>"，。！？；：、（）「」『』【】《》،؛؟]+/.source;
const INLINE = new RegExp(
  [
    /`(?<code>[^`\n]+)`/.source,
    `\\[(?<label>[^\\]\\n]+)\\]\\((?<target>${TARGET})\\)`,
    `(?<address>[hH]ttps?:\\/\\/${OF_ADDRESS}|(?<![\\p{L}\\p{N}_.@/-])[wW]ww\\.[\\p{L}\\p{N}-]+\\.${OF_ADDRESS})`,
    /(?<![\p{L}\p{N}_.+/-])(?<mail>[A-Za-z0-9][\w.+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24})(?![\w-])/u
      .source,
    /\*\*(?=\S)(?<bold>[^\n]*?\S)\*\*/.source,
    /~~(?=[^\s~])(?<strike>[^\n]*?[^\s~])~~/.source,
    /(?<![\p{L}\p{N}*])\*(?=[^\s*])(?<star>[^*\n]*[^\s*])\*(?![\p{L}\p{N}*])/u.source,
    /(?<![\p{L}\p{N}_])_(?=[^\s_])(?<line>[^_\n]*[^\s_])_(?![\p{L}\p{N}_])/u.source,
  ].join("|"),
  "gu",
);

const PAIRS: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
const SENTENCE_MARKS = new Set([..."?!.,:;*_~'\"`’”»…"]);

/**
 * An address without what belongs to the sentence around it: marks at its end, and a bracket that closes without having
 * been opened in it.
 */
function addressIn(written: string): string {
  const surplus: Record<string, number> = {};
  for (const close of Object.keys(PAIRS)) {
    surplus[close] = written.split(close).length - written.split(PAIRS[close]!).length;
  }
  let end = written.length;
  for (; end > 0; end -= 1) {
    const last = written[end - 1]!;
    if (SENTENCE_MARKS.has(last)) continue;
    if ((surplus[last] ?? 0) <= 0) break;
    surplus[last]! -= 1;
  }
  return written.slice(0, end);
}

/** Whether something stands after the scheme, or the three w, that could be the name of a server. */
const hasServer = (address: string) => /^(?:[hH]ttps?:\/\/|[wW]ww\.)[^/?#]*[\p{L}\p{N}\]]/u.test(address);

/** The emphasis, code and links of a text. Whatever is none of these is text. */
export function parseInline(text: string, depth = 0): Inline[] {
  const pieces: Inline[] = [];
  if (depth > DEEPEST) return text ? [{ kind: "text", text }] : [];
  const inner = (children: string) => parseInline(children, depth + 1);
  const link = (href: string, label: string): Inline => ({
    kind: "link",
    href: href.replace(/^H/, "h"),
    children: [{ kind: "text", text: label }],
  });
  // Each call has its own place in the text: the calls for what is inside use the same form.
  const form = new RegExp(INLINE);
  let end = 0;
  for (let match = form.exec(text); match; match = form.exec(text)) {
    const { code, label, target, address, mail, bold, strike, star, line } = match.groups ?? {};
    const italic = star ?? line;
    let piece: Inline;
    let length = match[0].length;
    if (code) piece = { kind: "code", text: code };
    else if (label && target) piece = link(target, label);
    else if (address) {
      const found = addressIn(address);
      length = found.length;
      if (!hasServer(found)) continue;
      piece = link(/^http/i.test(found) ? found : `http://${found}`, found);
    } else if (mail) piece = link(`mailto:${mail}`, mail);
    else if (bold) piece = { kind: "bold", children: inner(bold) };
    else if (strike) piece = { kind: "strike", children: inner(strike) };
    else piece = { kind: "italic", children: inner(italic!) };
    if (match.index > end) pieces.push({ kind: "text", text: text.slice(end, match.index) });
    pieces.push(piece);
    end = match.index + length;
    form.lastIndex = end;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}
