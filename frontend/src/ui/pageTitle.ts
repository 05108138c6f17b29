import { useEffect } from "react";
import { t } from "@/strings";

/** The names of what is open, that of a part after that of the whole. */
const names: { name: string; depth: number }[] = [];
let unread = 0;

function write(): void {
  const innermost = names.reduce<(typeof names)[number] | undefined>(
    (found, one) => (found && found.depth > one.depth ? found : one),
    undefined,
  );
  // A title has no place for marks that turn what follows them.
  document.title = t.app.tabTitle(unread, innermost?.name);
}

/** Names the page in the title of its tab, and so in the history. A part of a page has a greater depth. */
export function usePageName(name: string | undefined, depth = 0): void {
  useEffect(() => {
    if (!name) return;
    const own = { name, depth };
    names.push(own);
    write();
    return () => {
      names.splice(names.indexOf(own), 1);
      write();
    };
  }, [name, depth]);
}

/** Says in the title of the tab how much is unread, for those who look at another tab. */
export function useUnreadTitle(count: number): void {
  useEffect(() => {
    unread = count;
    write();
    return () => {
      unread = 0;
      write();
    };
  }, [count]);
}
