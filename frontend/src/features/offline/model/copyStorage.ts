import { Database } from "@/api/database";

/** Where the copy of what was read outlives the tab. Values come back as they were put. */
export interface CopyStorage {
  get<T>(what: string): Promise<T | undefined>;
  put(what: string, value: unknown): Promise<void>;
  remove(what: string): Promise<void>;
  /** The names of everything that is kept. */
  names(): Promise<string[]>;
  clear(): Promise<void>;
}

const STORE = "kept";
const database = new Database("antiphon-copy", 1, (db) => db.createObjectStore(STORE));

/** The copy of one user in IndexedDB. */
export function indexedDbCopy(userId: string): CopyStorage {
  const own = () => IDBKeyRange.bound([userId], [userId, []]);
  return {
    async get<T>(what: string) {
      return (await database.run(STORE, "readonly", (store) => store.get([userId, what]))) as T | undefined;
    },
    async put(what, value) {
      await database.run(STORE, "readwrite", (store) => store.put(value, [userId, what]));
    },
    async remove(what) {
      await database.run(STORE, "readwrite", (store) => store.delete([userId, what]));
    },
    async names() {
      const keys = (await database.run(STORE, "readonly", (store) => store.getAllKeys(own()))) ?? [];
      return (keys as [string, string][]).map(([, what]) => what);
    },
    async clear() {
      await database.run(STORE, "readwrite", (store) => store.delete(own()));
    },
  };
}

/** Deletes every copy that is not `userId`'s: of whoever was signed in before, and where nobody is, all of them. */
export async function clearOtherCopies(userId: string | undefined): Promise<void> {
  await database.run(STORE, "readwrite", (store) => {
    if (userId === undefined) return store.clear();
    store.delete(IDBKeyRange.upperBound([userId], true));
    return store.delete(IDBKeyRange.lowerBound([userId, []], true));
  });
}
