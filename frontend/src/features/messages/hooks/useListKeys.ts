import type { KeyboardEvent, RefObject } from "react";

/**
 * The list of messages is one stop of the Tab key. In it the arrows go from message to message, Home and End to the
 * first and the last that are there, and Escape back to the field.
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
    const next = neighbour(list, here.closest("article"), event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
}

function neighbour(list: HTMLElement, from: Element | null, key: string): HTMLElement | undefined {
  const all = [...list.querySelectorAll<HTMLElement>("article")];
  if (key === "End") return all.at(-1);
  if (key === "Home") return all[0];
  if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
  // Who comes from outside begins with what they see at the end.
  if (!from) return key === "ArrowUp" ? all.findLast((row) => isInView(list, row)) : undefined;
  return all[all.indexOf(from as HTMLElement) + (key === "ArrowUp" ? -1 : 1)];
}

function isInView(list: HTMLElement, row: HTMLElement): boolean {
  const [frame, { top, bottom }] = [list.getBoundingClientRect(), row.getBoundingClientRect()];
  return bottom > frame.top && top < frame.bottom - 8;
}
