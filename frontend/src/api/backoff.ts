/**
 * Full jitter: anything between nothing and a doubling, capped ceiling. When a server comes back, its clients return
 * spread over the whole interval and not in waves.
 */
export function fullJitter(attempt: number, { base = 500, cap = 15_000, random = Math.random } = {}): number {
  return Math.floor(random() * Math.min(cap, base * 2 ** Math.min(attempt, 20)));
}

/** Waits, but not longer than until `signal` aborts. Never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done);
  });
}

/**
 * Waits out a pause that is cut short when the network returns; while the browser knows that it is offline, until then.
 * Not longer than until `signal` aborts.
 */
export async function backOnline(ms: number, signal?: AbortSignal): Promise<void> {
  const returned = new AbortController();
  addEventListener("online", () => returned.abort(), { signal: returned.signal });
  const end = signal ? AbortSignal.any([signal, returned.signal]) : returned.signal;
  await pause(ms, end);
  if (!navigator.onLine && !end.aborted) {
    await new Promise<void>((resolve) => end.addEventListener("abort", () => resolve()));
  }
  returned.abort();
}
