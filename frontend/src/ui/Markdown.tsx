import { memo, type ReactNode, useState } from "react";
import { t } from "@/strings";
import styles from "./Markdown.module.css";
import { type Block, type Inline, parseMarkdown } from "./parseMarkdown";

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
    case "list": {
      const items = numbered(block.items, (item) => <li>{numbered(item, inline)}</li>);
      if (block.start === undefined) return <ul className={styles.list}>{items}</ul>;
      return (
        <ol className={styles.list} start={block.start}>
          {items}
        </ol>
      );
    }
    case "text":
      return <span>{numbered(block.children, inline)}</span>;
  }
}

function inline(piece: Inline): ReactNode {
  switch (piece.kind) {
    case "code":
      return <code className={styles.code}>{piece.text}</code>;
    case "bold":
      return <strong>{numbered(piece.children, inline)}</strong>;
    case "italic":
      return <em>{numbered(piece.children, inline)}</em>;
    case "link":
      return (
        <a href={piece.href} title={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {numbered(piece.children, inline)}
        </a>
      );
    case "text":
      return piece.text;
  }
}

function CodeBlock({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div className={styles.block}>
      <pre>
        <code>{text}</code>
      </pre>
      <button type="button" aria-label={copied ? t.copied : t.copyCode} onClick={() => void copy()}>
        {copied ? t.copied : t.copyShort}
      </button>
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
