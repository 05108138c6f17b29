import { Store } from "@/api/store";

/** A short word about what was just done. */
export const status = new Store<{ text: string } | undefined>(undefined);

const SHOWN_MS = 2_500;

/** Shows the word for a moment, and has it read out. */
export function tell(text: string): void {
  const said = { text };
  status.set(said);
  setTimeout(() => {
    if (status.get() === said) status.set(undefined);
  }, SHOWN_MS);
}
