import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { OutboxStorage, UnsentMessage } from "./outbox";

interface Schema extends DBSchema {
  unsent: { key: string; value: UnsentMessage & { userId: string }; indexes: { userId: string } };
}

/** The outbox of one user in IndexedDB. Users of one browser do not see, or send, each other's messages. */
export function indexedDbOutbox(userId: string): OutboxStorage {
  let opened: Promise<IDBPDatabase<Schema>> | undefined;
  const database = () => {
    opened ??= openDB<Schema>("antiphon", 1, {
      upgrade(db) {
        db.createObjectStore("unsent", { keyPath: "id" }).createIndex("userId", "userId");
      },
    });
    return opened;
  };
  return {
    async all() {
      const stored = await (await database()).getAllFromIndex("unsent", "userId", userId);
      return stored.map(({ userId: _, ...message }) => message);
    },
    async put(message) {
      await (await database()).put("unsent", { ...message, userId });
    },
    async remove(id) {
      await (await database()).delete("unsent", id);
    },
    async clear() {
      const db = await database();
      const keys = await db.getAllKeysFromIndex("unsent", "userId", userId);
      await Promise.all(keys.map((key) => db.delete("unsent", key)));
    },
  };
}
