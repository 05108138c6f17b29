import { type RefObject, useCallback, useEffect, useState } from "react";

/** So far out of sight something is near. */
const NEAR_PX = 200;

/**
 * Which parts of what scrolls have been near to what is in view, by their `data-group`: there are many, and few are looked
 * at. `reveal` makes one of them near.
 */
export function useNear(scroll: RefObject<HTMLElement | null>, parts: string) {
  const [near, setNear] = useState<ReadonlySet<string>>(new Set());
  const reveal = useCallback((...keys: string[]) => setNear((before) => new Set([...before, ...keys])), []);
  useEffect(() => {
    const root = scroll.current;
    if (!root || !parts) return;
    const look = (entries: IntersectionObserverEntry[]) => {
      const keys = entries.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => keyOf(target));
      if (keys.length > 0) reveal(...keys);
    };
    const observer = new IntersectionObserver(look, { root, rootMargin: `${NEAR_PX}px` });
    for (const part of root.querySelectorAll("[data-group]")) observer.observe(part);
    return () => observer.disconnect();
  }, [scroll, parts, reveal]);
  return { near, reveal };
}

const keyOf = (part: Element) => (part as HTMLElement).dataset.group ?? "";
