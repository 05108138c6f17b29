import { useEffect, useRef } from "react";
import type { Failure } from "@/api/errors";

/**
 * After a refused form the focus goes to the field at fault, by its name: to `fallback` where the failure names none that is
 * in the form. The form's button cannot keep it, since it is disabled while the form is on its way.
 */
export function useFaultFocus(failure: Failure | undefined, busy: boolean, fallback: string) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!failure || busy) return;
    const named = (name = "") =>
      form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]:not([type=hidden])`);
    (named(failure.field) ?? named(fallback))?.focus();
  }, [failure, busy, fallback]);
  return form;
}
