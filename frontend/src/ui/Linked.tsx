import { Fragment } from "react";

const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,:;!?)\]}'’»]/g;

/** Text as it was written, with addresses to click. Text nodes only: nothing in it can become markup. */
export function Linked({ text }: { text: string }) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(<Fragment key={end}>{text.slice(end, match.index)}</Fragment>);
    parts.push(
      <a key={match.index} href={match[0]} target="_blank" rel="noopener noreferrer nofollow">
        {match[0]}
      </a>,
    );
    end = match.index + match[0].length;
  }
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  );
}
