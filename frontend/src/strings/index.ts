import type { Failure } from "@/api/errors";
import { en } from "./en";

/** The catalogue in use. A second language chooses here. */
export const t = en;

/** What to tell people about a failure: the service's own sentence where it is about their input, else ours. */
export function explain(failure: Failure): string {
  const own = failure.code === "BAD_USER_INPUT" || failure.code === "CONFLICT";
  return own && failure.message ? sentence(failure.message) : t.error[failure.code];
}

function sentence(text: string): string {
  const capital = text.charAt(0).toLocaleUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
