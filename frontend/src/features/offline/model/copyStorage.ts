import { type DBSchema, type IDBPDatabase, openDB } from "idb";

interface Schema extends DBSchema {
  kept: { key: [owner: string, what: string]; value: unknown };
}

/** Where the copy of what was read outlives the tab. Values come back as they were put. */
export interface CopyStorage {
  get<T>(what: string): Promise<T | undefined>;
  put(what: string, value: unknown): Promise<void>;
  remove(what: string): Promise<void>;
  /** The names of everything that is kept. */
  names(): Promise<string[]>;
  clear(): Promise<void>;
}

/** The copy of one user in IndexedDB. */
export function indexedDbCopy(userId: string): CopyStorage {
  let opened: Promise<IDBPDatabase<Schema>> | undefined;
  const database = () => {
    opened ??= openDB<Schema>("antiphon-copy", 1, {
      upgrade(db) {
        db.createObjectStore("kept");
      },
    });
    return opened;
  };
  const own = IDBKeyRange.bound([userId], [userId, []]);
  return {
    async get<T>(what: string) {
      return (await (await database()).get("kept", [userId, what])) as T | undefined;
    },
    async put(what, value) {
      await (await database()).put("kept", value, [userId, what]);
    },
    async remove(what) {
      await (await database()).delete("kept", [userId, what]);
    },
    async names() {
      return (await (await database()).getAllKeys("kept", own)).map(([, what]) => what);
    },
    async clear() {
      await (await database()).delete("kept", own);
    },
  };
}
