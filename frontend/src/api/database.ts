/** A browser that has not answered by then may never answer. */
const ANSWER_WITHIN_MS = 4_000;
/** So long it is not asked again. */
const REST_MS = 20_000;

class NoAnswer extends Error {}

function within<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer("IndexedDB does not answer")), ANSWER_WITHIN_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * One object store of IndexedDB. Browsers close connections (sleep, storage pressure), fail to open, or never answer:
 * a closed connection is opened again, a failure is not remembered, and no call waits for long.
 */
export class Database {
  readonly #name: string;
  readonly #version: number;
  readonly #upgrade: (db: IDBDatabase, change: IDBTransaction) => void;
  #opening: Promise<IDBDatabase> | undefined;
  #restsUntil = 0;

  constructor(name: string, version: number, upgrade: (db: IDBDatabase, change: IDBTransaction) => void) {
    this.#name = name;
    this.#version = version;
    this.#upgrade = upgrade;
    // A page that is kept for the way back must not hold the store: the next one would wait for it, in WebKit without end.
    globalThis.addEventListener?.("pagehide", () => this.#close());
  }

  /** One transaction on one store; answers the result of the request that `work` gives back. */
  async run<T>(
    store: string,
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T> | undefined,
  ): Promise<T | undefined> {
    if (performance.now() < this.#restsUntil) throw new NoAnswer("IndexedDB did not answer a moment ago");
    const attempt = () => within(this.#open().then((db) => transact(db, store, mode, work)));
    try {
      return await attempt().catch((error) => {
        if (error instanceof NoAnswer) throw error;
        this.#opening = undefined;
        return attempt();
      });
    } catch (error) {
      if (error instanceof NoAnswer) this.#restsUntil = performance.now() + REST_MS;
      throw error;
    }
  }

  #open(): Promise<IDBDatabase> {
    if (!this.#opening) {
      const opening = this.#connect();
      this.#opening = opening;
      opening.catch(() => this.#forget(opening));
    }
    return this.#opening;
  }

  #forget(opening: Promise<IDBDatabase>): void {
    if (this.#opening === opening) this.#opening = undefined;
  }

  #close(): void {
    const opening = this.#opening;
    this.#opening = undefined;
    opening?.then((db) => db.close()).catch(() => {});
  }

  async #connect(): Promise<IDBDatabase> {
    const asked = indexedDB.open(this.#name, this.#version);
    asked.onupgradeneeded = () => this.#upgrade(asked.result, asked.transaction!);
    const db = await answer(asked);
    const gone = () => {
      db.close();
      this.#opening = undefined;
    };
    db.onclose = gone;
    // Another tab has a newer version of the page: it must not wait for this one.
    db.onversionchange = gone;
    return db;
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function transact<T>(
  db: IDBDatabase,
  store: string,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T> | undefined,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(store, mode);
    const request = work(transaction.objectStore(store));
    transaction.oncomplete = () => resolve(request?.result);
    // Also where there is no more room.
    transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
  });
}
