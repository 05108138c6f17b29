import { useEffect, useState } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { useOnline } from "@/ui/online";
import { keyOf, type UnsentEdit, type UnsentMessage } from "../model/outboxEntry";

/** Whatever takes longer than this is worth a word. */
const LATE_AFTER_MS = 3_500;

/** What keeps an entry of the outbox from leaving, as far as its author should know. */
export type Trouble =
  | { kind: "none" }
  /** A service would not do it. */
  | { kind: "refused" }
  | { kind: "offline" }
  /** A service said how long to wait. */
  | { kind: "limited"; seconds: number }
  /** It should have left by now. */
  | { kind: "late" };

/** How a text in the outbox fares, and whether this device keeps it over a reload. */
export function useSendingTrouble(entry: UnsentMessage | UnsentEdit): { trouble: Trouble; unkept: boolean } {
  const { outbox, store } = useSignedIn();
  const online = useOnline();
  const wait = useStore(outbox.waits).get(entry.chatId);
  const unkept = useStore(store.unkept).has(keyOf(entry));
  const [late, setLate] = useState(false);
  const seconds = useSeconds(wait?.code === "RATE_LIMITED" ? wait.until : undefined);
  // One that was asked for again has its time again.
  const asked = `${keyOf(entry)} ${entry.failure?.code} ${entry.content}`;
  useEffect(() => {
    setLate(false);
    const timer = setTimeout(() => setLate(asked !== ""), LATE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [asked]);
  const trouble = (): Trouble => {
    if (entry.failure) return { kind: "refused" };
    if (!online) return { kind: "offline" };
    if (seconds) return { kind: "limited", seconds };
    return { kind: late ? "late" : "none" };
  };
  return { trouble: trouble(), unkept };
}

/** Counts down to a moment of `performance.now()`. */
function useSeconds(until: number | undefined): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const look = () =>
      // Less than half a second is not worth a word.
      setSeconds(until === undefined ? 0 : Math.max(0, Math.round((until - performance.now()) / 1_000)));
    look();
    if (until === undefined) return;
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [until]);
  return seconds;
}
