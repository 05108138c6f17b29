import { createContext, memo, type ReactNode, use, useLayoutEffect, useMemo, useRef, useState } from "react";
import { t } from "@/strings";
import { copyText } from "./copy";
import { type Marked, marked, type Place } from "./inserts";
import styles from "./Markdown.module.css";
import { type Block, type Inline, type List, parseMarkdown } from "./parseMarkdown";
import { tell } from "./status";
import { useTabStop } from "./tabStop";

/** What is shown in a place of the text. In code and in links, that stays as it was written. */
export interface Insert extends Place {
  shown: ReactNode;
}

const NONE: readonly Insert[] = [];
const Inserts = createContext(marked("", NONE));

/**
 * A message as it was meant, in the direction of what is around it. Elements are made from the parsed pieces alone: nothing in
 * it can become markup. Of the inserts, the same array must be given for as long as they are the same.
 */
export const Markdown = memo(function Markdown({
  text,
  inserts = NONE,
}: {
  text: string;
  inserts?: readonly Insert[];
}) {
  const whole = useMemo(() => marked(text, inserts), [text, inserts]);
  return (
    <Inserts value={whole}>
      <div className={styles.markdown}>
        {numbered(parseMarkdown(whole.source), (block) => (
          <BlockView block={block} />
        ))}
      </div>
    </Inserts>
  );
});

function BlockView({ block }: { block: Block }) {
  switch (block.kind) {
    case "code":
      return <CodeBlock text={block.text} />;
    case "quote":
      return (
        <blockquote className={styles.quote}>
          {numbered(block.children, (inner) => (
            <BlockView block={inner} />
          ))}
        </blockquote>
      );
    case "list":
      return <ListView list={block} />;
    case "heading":
      // Not one of the page's headings, among which it has no place.
      return (
        <strong className={styles.heading} data-level={block.level}>
          {numbered(block.children, inline)}
        </strong>
      );
    case "rule":
      return <hr className={styles.rule} />;
    case "table":
      return <Table rows={block.rows} />;
    case "text":
      return <span>{numbered(block.children, inline)}</span>;
  }
}

function ListView({ list }: { list: List }) {
  const items = numbered(list.items, ({ text, done, lists }) => (
    <li className={done === undefined ? undefined : styles.task}>
      {done === undefined ? (
        numbered(text, inline)
      ) : (
        <label>
          <input type="checkbox" checked={done} disabled /> <span>{numbered(text, inline)}</span>
        </label>
      )}
      {numbered(lists, (under) => (
        <ListView list={under} />
      ))}
    </li>
  ));
  if (list.start === undefined) return <ul className={styles.list}>{items}</ul>;
  return (
    <ol className={styles.list} start={list.start}>
      {items}
    </ol>
  );
}

function Table({ rows: [head = [], ...rows] }: { rows: Inline[][][] }) {
  return (
    <Wide className={styles.table}>
      <table>
        <thead>
          <tr>
            {numbered(head, (cell) => (
              <th>{numbered(cell, inline)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {numbered(rows, (row) => (
            <tr>
              {numbered(row, (cell) => (
                <td>{numbered(cell, inline)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function inline(piece: Inline): ReactNode {
  switch (piece.kind) {
    case "code":
      return (
        <code className={styles.inlineCode}>
          <Written text={piece.text} />
        </code>
      );
    case "bold":
      return <strong>{numbered(piece.children, inline)}</strong>;
    case "italic":
      return <em>{numbered(piece.children, inline)}</em>;
    case "strike":
      return <del>{numbered(piece.children, inline)}</del>;
    case "link":
      return <LinkView href={piece.href}>{numbered(piece.children, inline)}</LinkView>;
    case "text":
      return <Text text={piece.text} />;
  }
}

/** A piece of text with what is inserted into it. */
function Text({ text }: { text: string }) {
  return numbered(use(Inserts).split(text), (piece) => (typeof piece === "string" ? piece : piece.shown));
}

/** The same as it was written. */
function Written({ text }: { text: string }) {
  return use(Inserts).restored(text);
}

function LinkView(props: { href: string; children: ReactNode }) {
  const whole = use(Inserts);
  const href = whole.restored(props.href);
  const asWritten = useMemo<Marked<Insert>>(() => ({ ...whole, split: (part) => [whole.restored(part)] }), [whole]);
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow" tabIndex={useTabStop()}>
      <Inserts value={asWritten}>{props.children}</Inserts>
    </a>
  );
}

function CodeBlock(props: { text: string }) {
  const text = use(Inserts).restored(props.text);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const worked = await copyText(text);
    tell(worked ? t.ui.copied : t.ui.notCopied);
    if (!worked) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div className={styles.block}>
      <Wide className={styles.code}>
        <pre>
          <code>{text}</code>
        </pre>
      </Wide>
      <button
        type="button"
        aria-label={copied ? t.ui.copied : t.ui.copyCode}
        tabIndex={useTabStop()}
        onClick={() => void copy()}
      >
        {copied ? t.ui.copied : t.ui.copyShort}
      </button>
    </div>
  );
}

/** Scrolls sideways where it is too wide, and can then be reached with the keyboard. */
function Wide({ className, children }: { className: string | undefined; children: ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setScrolls(element.scrollWidth > element.clientWidth + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={frame} className={className} data-wide tabIndex={scrolls ? 0 : undefined}>
      {children}
    </div>
  );
}

/** The pieces of a text never move: their place is what they are known by. */
function numbered<T>(pieces: readonly T[], show: (piece: T) => ReactNode): ReactNode {
  return pieces.map((piece, index) => <Piece key={`${index}-${pieces.length}`}>{show(piece)}</Piece>);
}

function Piece({ children }: { children: ReactNode }) {
  return children;
}
