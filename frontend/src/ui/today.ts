import { useSyncExternalStore } from "react";
import { dayKey } from "@/strings/time";

/** A clock that is set, a sleep, a journey: looked after this often, and whenever the page is looked at again. */
const LOOK_MS = 30_000;
const LOOKED_AT = ["visibilitychange", "focus", "pageshow"] as const;

const now = () => dayKey(new Date().toISOString());
const listeners = new Set<() => void>();
let day = now();
let timer: ReturnType<typeof setTimeout> | undefined;

function look(): void {
  clearTimeout(timer);
  const today = now();
  if (today !== day) {
    day = today;
    for (const listener of listeners) listener();
  }
  if (listeners.size === 0) return;
  const at = new Date();
  const midnight = new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1).getTime() - at.getTime();
  timer = setTimeout(look, Math.min(LOOK_MS, midnight + 1));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (listeners.size === 1) {
    for (const event of LOOKED_AT) addEventListener(event, look, { capture: true });
    look();
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    for (const event of LOOKED_AT) removeEventListener(event, look, { capture: true });
    clearTimeout(timer);
  };
}

/** The day it is here. What says "today", or leaves the day away because it is today, is made anew when it changes. */
export function useToday(): string {
  return useSyncExternalStore(subscribe, () => day);
}
