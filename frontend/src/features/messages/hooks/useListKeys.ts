import type { KeyboardEvent, RefObject } from "react";

/**
 * The list of messages is one stop of the Tab key. In it the arrows go from message to message, and to the days between them,
 * Home and End to the first and the last message that are there, and Escape back to the field.
 */
export function useListKeys(frame: RefObject<HTMLElement | null>, onLeave: () => void) {
  return (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
    const list = frame.current;
    const here = event.target as Element;
    // A menu is shown elsewhere in the page, but its events come by here.
    if (!list?.contains(here)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      return onLeave();
    }
    const next = neighbour(list, here.closest(STOPS), event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
}

const STOPS = "article, [data-day]";

function neighbour(list: HTMLElement, from: Element | null, key: string): HTMLElement | undefined {
  const messages = [...list.querySelectorAll<HTMLElement>("article")];
  if (key === "End") return messages.at(-1);
  if (key === "Home") return messages[0];
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  // Who comes from outside begins with what they see at the end.
  if (!from) return key === "ArrowUp" ? messages.findLast((row) => isInView(list, row)) : undefined;
  const all = [...list.querySelectorAll<HTMLElement>(STOPS)];
  return all[all.indexOf(from as HTMLElement) + (key === "ArrowUp" ? -1 : 1)];
}

function isInView(list: HTMLElement, row: HTMLElement): boolean {
  const [frame, { top, bottom }] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  return bottom > frame.top && top < frame.bottom - 8;
}
