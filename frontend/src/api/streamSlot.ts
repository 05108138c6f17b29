/**
 * Over HTTP/1.1 a browser has six connections to an origin, for all its tabs. Streams keep theirs; with six of them no
 * tab could ask or send anything any more, so some are left for that.
 */
const MAX_STREAMS = 3;

/** Does work that keeps a connection while one of the slots is held; answers `full` at once where all are taken. */
export async function inStreamSlot<T>(work: () => Promise<T>, full: T): Promise<T> {
  // Without a secure context tabs cannot agree on anything.
  if (!navigator.locks) return work();
  for (let slot = 1; slot <= MAX_STREAMS; slot += 1) {
    const options = { ifAvailable: true };
    const done = await navigator.locks.request(
      `antiphon.stream.${slot}`,
      options,
      async (lock) => lock && { result: await work() },
    );
    if (done) return done.result;
  }
  return full;
}
