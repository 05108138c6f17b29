import { useEffect, useRef } from "react";
import { failureOf, isTemporary } from "@/api/errors";

/** A burst of messages is marked once, after it. */
const BURST_MS = 400;
const RETRY_MS = 5_000;

/** A read mark of the reader's own, in a chat or in a thread. */
export interface Reading {
  /** Moves it here. */
  move(number: number): void;
  /** Has a service move it. */
  tell(number: number): Promise<unknown>;
}

/**
 * Moves the own read mark to `number` while the reader looks at it. Here it moves at once, so that a badge does not
 * flash for what is being read; the service hears of it after the burst, and the other devices from the own feed.
 */
export function useMarkAsRead(reading: Reading, number: number, mark: number | undefined, looking: boolean): void {
  const told = useRef<number>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    if (!looking || mark === undefined) return;
    // What was read before one came needs no word.
    told.current ??= mark;
    if (number <= told.current) return;
    reading.move(number);
    const tell = () =>
      reading.tell(number).then(
        () => {
          told.current = Math.max(told.current ?? 0, number);
        },
        (error) => {
          if (isTemporary(failureOf(error))) timer.current = setTimeout(tell, RETRY_MS);
        },
      );
    clearTimeout(timer.current);
    timer.current = setTimeout(tell, BURST_MS);
  }, [reading, number, mark, looking]);
}
