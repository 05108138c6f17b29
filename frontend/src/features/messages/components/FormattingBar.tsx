import { ActionIcon } from "@mantine/core";
import { type FocusEvent, type KeyboardEvent, useRef, useState } from "react";
import { t } from "@/strings";
import { BoldIcon, CodeIcon, ItalicIcon, LinkIcon, ListIcon, QuoteIcon, StrikeIcon } from "@/ui/icons";
import { shortcutName } from "@/ui/keys";
import type { Format } from "../model/formatting";
import styles from "./FormattingBar.module.css";

const FORMATS = [
  { format: "bold", Icon: BoldIcon, key: "B" },
  { format: "italic", Icon: ItalicIcon, key: "I" },
  { format: "strike", Icon: StrikeIcon },
  { format: "code", Icon: CodeIcon },
  { format: "link", Icon: LinkIcon, key: "K" },
  { format: "quote", Icon: QuoteIcon },
  { format: "list", Icon: ListIcon },
] as const satisfies readonly { format: Format; Icon: typeof BoldIcon; key?: string }[];

/** What can be done with the words that are marked in the field. One stop for the Tab key; arrows go from button to button. */
export function FormattingBar({ id, onFormat }: { id: string; onFormat(format: Format): void }) {
  const [stop, setStop] = useState(0);
  const bar = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const last = FORMATS.length - 1;
    const places: Record<string, number> = { [forward]: stop + 1, [back]: stop - 1, Home: 0, End: last };
    const next = places[event.key];
    if (next === undefined) return;
    event.preventDefault();
    bar.current?.querySelectorAll("button")[(next + FORMATS.length) % FORMATS.length]?.focus();
  };
  const onFocus = (event: FocusEvent) => {
    const at = [...(bar.current?.querySelectorAll("button") ?? [])].indexOf(event.target as HTMLButtonElement);
    if (at >= 0) setStop(at);
  };
  return (
    <div
      ref={bar}
      id={id}
      role="toolbar"
      aria-label={t.messages.formatting}
      className={styles.bar}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
    >
      {FORMATS.map(({ format, Icon, ...more }, index) => {
        const name = t.messages.formats[format];
        return (
          <ActionIcon
            key={format}
            size={32}
            className={styles.button}
            aria-label={name}
            aria-keyshortcuts={"key" in more ? `Control+${more.key}` : undefined}
            title={"key" in more ? `${name} (${shortcutName(more.key)})` : name}
            tabIndex={index === stop ? 0 : -1}
            // What is marked stays marked, and on a phone the keyboard stays.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onFormat(format)}
          >
            <Icon size={18} />
          </ActionIcon>
        );
      })}
    </div>
  );
}
