import { useEffect } from "react";
import { isComposing } from "./keys";

/**
 * Calls `close` on Escape, unless the key closes something else: a dialog or a menu, or what is being written. Looked at
 * before those have closed.
 */
export function useEscape(close: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || isComposing(event)) return;
      if (document.querySelector("[role=dialog], [role=menu]")) return;
      const target = event.target instanceof Element ? event.target : undefined;
      if (target?.closest("[data-keeps-escape]")) return;
      close();
    };
    addEventListener("keydown", onKeyDown, { capture: true });
    return () => removeEventListener("keydown", onKeyDown, { capture: true });
  }, [close]);
}
