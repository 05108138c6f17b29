import { pause } from "./backoff";
import { type DeviceStorage, deviceStorage } from "./deviceStorage";

/** A holder says this often that it is alive. */
const BEAT_MS = 1_000;
/** A lease whose holder has been silent for so long is free. */
const SILENT_MS = 5_000;
/** After so long every tab has seen who wrote last. */
const SETTLE_MS = 80;

/**
 * Runs one piece of work at a time across all tabs of this browser: by a Web Lock where there is one (secure contexts),
 * else by a lease in localStorage. Where neither can be had the work runs all the same: what it does must bear that.
 */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  let begun = false;
  if (navigator.locks) {
    try {
      return (await navigator.locks.request(`antiphon.${name}`, () => {
        begun = true;
        return work();
      })) as T;
    } catch (error) {
      // A browser may offer locks and refuse them, as where cookies are blocked.
      if (begun) throw error;
    }
  }
  return withLease(name, work);
}

/**
 * The same by a lease alone. No clock is compared: a lease is dead when its beat has not changed for a while, as this
 * tab counts.
 */
export async function withLease<T>(
  name: string,
  work: () => Promise<T>,
  storage: DeviceStorage = deviceStorage,
): Promise<T> {
  const key = `antiphon.lease.${name}`;
  const holder = Math.random().toString(36).slice(2);
  const isMine = () => storage.get(key)?.startsWith(holder) ?? false;
  if (!(await takeLease(storage, key, holder, isMine))) return work();
  let beats = 0;
  const beat = setInterval(() => {
    beats += 1;
    if (isMine()) storage.set(key, `${holder} ${beats}`);
    else clearInterval(beat);
  }, BEAT_MS);
  const release = () => {
    clearInterval(beat);
    if (isMine()) storage.remove(key);
  };
  addEventListener("pagehide", release);
  try {
    return await work();
  } finally {
    removeEventListener("pagehide", release);
    release();
  }
}

/** Waits until the lease is ours; false where it cannot be written. */
async function takeLease(storage: DeviceStorage, key: string, holder: string, isMine: () => boolean): Promise<boolean> {
  let seen: string | null = null;
  let since = performance.now();
  for (;;) {
    const held = storage.get(key);
    if (held !== seen) since = performance.now();
    seen = held;
    if (held === null || performance.now() - since > SILENT_MS) {
      if (!storage.set(key, `${holder} 0`)) return false;
      await pause(SETTLE_MS * (1 + Math.random()));
      if (isMine()) return true;
    } else {
      await pause(SETTLE_MS * (1 + Math.random()));
    }
  }
}
