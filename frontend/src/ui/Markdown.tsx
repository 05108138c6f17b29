import { memo, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import { t } from "@/strings";
import { copyText } from "./copy";
import styles from "./Markdown.module.css";
import { type Block, type Inline, type List, parseMarkdown } from "./parseMarkdown";
import { tell } from "./status";
import { useTabStop } from "./tabStop";

/** A message as it was meant, in the direction of what is around it. Elements are made from the parsed pieces alone: nothing in it can become markup. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className={styles.markdown}>
      {numbered(parseMarkdown(text), (block) => (
        <BlockView block={block} />
      ))}
    </div>
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
      return <code className={styles.inlineCode}>{piece.text}</code>;
    case "bold":
      return <strong>{numbered(piece.children, inline)}</strong>;
    case "italic":
      return <em>{numbered(piece.children, inline)}</em>;
    case "strike":
      return <del>{numbered(piece.children, inline)}</del>;
    case "link":
      return <LinkView href={piece.href}>{numbered(piece.children, inline)}</LinkView>;
    case "text":
      return piece.text;
  }
}

function LinkView({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} title={href} target="_blank" rel="noopener noreferrer nofollow" tabIndex={useTabStop()}>
      {children}
    </a>
  );
}

function CodeBlock({ text }: { text: string }) {
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
