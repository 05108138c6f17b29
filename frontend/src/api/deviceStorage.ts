/** localStorage as it really is: it may be full, forbidden or gone. No call throws; writing says whether it worked. */
export interface DeviceStorage {
  get(key: string): string | null;
  set(key: string, value: string): boolean;
  remove(key: string): void;
  /** The keys that begin with `prefix`. */
  keys(prefix: string): string[];
}

/** Wraps a storage that is looked up at each call: even looking at it throws where cookies are blocked. */
export function deviceStorageOf(storage: () => Storage): DeviceStorage {
  const attempt = <T>(work: (storage: Storage) => T, otherwise: T): T => {
    try {
      return work(storage());
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => attempt((there) => there.getItem(key), null),
    set: (key, value) =>
      attempt((there) => {
        there.setItem(key, value);
        return true;
      }, false),
    remove: (key) => attempt((there) => there.removeItem(key), undefined),
    keys: (prefix) =>
      attempt((there) => {
        const names = Array.from({ length: there.length }, (_, index) => there.key(index) ?? "");
        return names.filter((name) => name.startsWith(prefix));
      }, []),
  };
}

/** The storage that all tabs of this browser share. */
export const deviceStorage = deviceStorageOf(() => localStorage);
/** The storage of this tab. */
export const tabStorage = deviceStorageOf(() => sessionStorage);
