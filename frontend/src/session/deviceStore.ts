import type { Database } from "@/api/database";
import type { DeviceStorage } from "@/api/deviceStorage";
import { Store } from "@/api/store";

/** One entry as it is kept: the higher order wins wherever two meet; without a value it was removed. */
export interface KeptRecord {
  key: string;
  order: number;
  value?: unknown;
}

interface Held extends KeptRecord {
  /** Whether localStorage holds it: then what is no longer there was removed by another tab. */
  local: boolean;
}

/** What tabs of one browser tell each other; a part of BroadcastChannel. */
export interface TabChannel {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
}

interface Dependencies {
  userId: string;
  storage: DeviceStorage;
  /** Where entries outlive a crash of the whole browser, and a full localStorage. */
  database: Database;
  channel: TabChannel | undefined;
}

export const ENTRIES = "entries";
/** So many removed entries are remembered, against a storage that comes back with what was removed. */
const MAX_REMOVED_ENTRIES = 500;
const RETRY_MS = 20_000;

/**
 * What one person has written on this device and no service has yet: unsent messages, edits, removals, drafts. Each
 * entry is in localStorage, which answers at once and in which all tabs see the same, and in IndexedDB, which has more
 * room and survives a crash of the browser; whichever of the two works is enough. A counter orders entries, and not a
 * clock. What was removed anywhere is removed everywhere.
 */
export class DeviceStore {
  /** Counts changes, of any tab. */
  readonly changes = new Store(0);
  /** Entries that no storage of this device has taken: they are lost with the tab. */
  readonly unkept = new Store<ReadonlySet<string>>(new Set());
  /** Settles when IndexedDB has been read, or has failed to answer. */
  readonly ready: Promise<void>;
  /** Hears what other tabs say beside entries. */
  onMessage: (message: unknown) => void = () => {};
  readonly #deps: Dependencies;
  readonly #held = new Map<string, Held>();
  /** What IndexedDB has not taken yet. */
  readonly #dirty = new Set<string>();
  #writing: Promise<void> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  /** This tab signs out: what comes afterwards from a field that has not heard yet is not kept. */
  #cleared = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#last = this.#counted();
    deps.channel?.addEventListener("message", ({ data }) => this.#hear(data));
    this.reread();
    if (this.#counted() < this.#last || this.#last === 0) deps.storage.set(this.#counterKey(), String(this.#last));
    this.ready = this.#readDatabase().catch((error) => console.warn("what was written here could not be read", error));
  }

  /** The entries whose keys begin with `prefix`, in the order in which they were put. */
  entries<T>(prefix: string): (KeptRecord & { value: T })[] {
    const all = [...this.#held.values()].filter(({ key, value }) => value !== undefined && key.startsWith(prefix));
    return all.sort((a, b) => a.order - b.order || (a.key < b.key ? -1 : 1)) as unknown as (Held & { value: T })[];
  }

  /** What this tab knows of an entry. */
  peek<T>(key: string): T | undefined {
    return this.#held.get(key)?.value as T | undefined;
  }

  /** What an entry is at this very moment, whatever this tab has heard: read before anything is sent. */
  current<T>(key: string): T | undefined {
    const held = this.#held.get(key);
    const there = this.#readLocal(key);
    if (there && there.order >= (held?.order ?? 0)) return there.value as T | undefined;
    return held?.local && !there ? undefined : (held?.value as T | undefined);
  }

  /** Keeps an entry, which may be made from its order. Resolves once a storage has it, or none takes it. */
  async put<T>(key: string, value: (order: number) => T): Promise<void> {
    if (this.#cleared) return;
    // Without a counter the largest order is only known from what is there.
    if (!this.#deps.storage.get(this.#counterKey())) await this.ready;
    const order = this.#next();
    await this.#write({ key, order, value: value(order) });
  }

  async remove(key: string): Promise<void> {
    if (this.#held.get(key)?.value !== undefined) await this.#write({ key, order: this.#next() });
  }

  /** The person is signed in, perhaps again. */
  open(): void {
    this.#cleared = false;
    this.reread();
  }

  /** Takes over what other tabs wrote while this one was asleep. */
  reread(): void {
    const prefix = this.#localKey("");
    const seen = new Set<string>();
    const gone: string[] = [];
    for (const name of this.#deps.storage.keys(prefix)) {
      const key = name.slice(prefix.length);
      const there = this.#readLocal(key);
      seen.add(key);
      if (there) this.#take({ ...there, key, local: true });
      if (there && there.value === undefined) gone.push(name);
    }
    // They wait for IndexedDB to hear of it, but not in any number.
    for (const name of gone.slice(MAX_REMOVED_ENTRIES)) this.#deps.storage.remove(name);
    for (const held of this.#held.values()) {
      if (held.local && held.value !== undefined && !seen.has(held.key)) this.#held.delete(held.key);
    }
    this.#changed();
  }

  /** Says something to the other tabs of this person. */
  tell(message: unknown): void {
    this.#deps.channel?.postMessage(message);
  }

  /** Deletes everything of this person, here and in the other tabs. */
  async clear(): Promise<void> {
    const { storage, database, userId } = this.#deps;
    const floor = this.#next();
    this.#cleared = true;
    this.tell({ clearedUpTo: floor });
    this.#clearUpTo(floor);
    for (const name of storage.keys(this.#localKey(""))) storage.remove(name);
    storage.set(this.#floorKey(), String(floor));
    await this.#writing;
    await database.run(ENTRIES, "readwrite", (store) => store.delete(ownRange(userId)));
    storage.remove(this.#floorKey());
    storage.remove(this.#counterKey());
  }

  #localKey = (key: string) => `antiphon.kept.${this.#deps.userId}.${key}`;
  #counterKey = () => `antiphon.count.${this.#deps.userId}`;
  /** Up to where everything was deleted, until IndexedDB has heard of it. */
  #floorKey = () => `antiphon.floor.${this.#deps.userId}`;

  #counted(): number {
    const { storage } = this.#deps;
    return Math.max(Number(storage.get(this.#counterKey())) || 0, Number(storage.get(this.#floorKey())) || 0);
  }

  #next(): number {
    this.#last = Math.max(this.#last, this.#counted()) + 1;
    this.#deps.storage.set(this.#counterKey(), String(this.#last));
    return this.#last;
  }

  async #write(record: KeptRecord): Promise<void> {
    const { storage } = this.#deps;
    const name = this.#localKey(record.key);
    const { key: _, ...stored } = record;
    let local = storage.set(name, JSON.stringify(stored));
    if (!local) {
      // What was there before must not stand for it; and its room may be what was missing.
      storage.remove(name);
      local = storage.set(name, JSON.stringify(stored));
    }
    this.#held.set(record.key, { ...record, local });
    this.tell({ record });
    this.#dirty.add(record.key);
    this.#changed();
    const written = this.#flush();
    if (!local) await written;
  }

  /** Brings IndexedDB up to date, one transaction at a time; what it does not take is offered again later. */
  #flush(): Promise<void> {
    this.#writing ??= this.#flushOnce().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #flushOnce(): Promise<void> {
    const { database, userId, storage } = this.#deps;
    while (this.#dirty.size > 0) {
      const records = [...this.#dirty].map((key) => this.#held.get(key)).filter((record) => record !== undefined);
      this.#dirty.clear();
      try {
        await database.run(ENTRIES, "readwrite", (store) => {
          for (const { local: _, ...record } of records) store.put({ ...record, userId });
          return undefined;
        });
        for (const { key, order, value } of records) {
          this.#markKept(key, true);
          // Both know that it is gone: one is enough.
          if (value === undefined && this.#readLocal(key)?.order === order) storage.remove(this.#localKey(key));
        }
      } catch (error) {
        console.warn("what is written here could not be put into IndexedDB", error);
        for (const { key } of records) this.#dirty.add(key);
        for (const key of this.#dirty) {
          const held = this.#held.get(key);
          this.#markKept(key, held?.local || held?.value === undefined);
        }
        clearTimeout(this.#again);
        this.#again = setTimeout(() => void this.#flush(), RETRY_MS);
        return;
      }
    }
  }

  #markKept(key: string, kept: boolean): void {
    if (this.unkept.get().has(key) !== kept) return;
    const unkept = new Set(this.unkept.get());
    if (kept) unkept.delete(key);
    else unkept.add(key);
    this.unkept.set(unkept);
  }

  async #readDatabase(): Promise<void> {
    const { database, userId, storage } = this.#deps;
    const all = (await database.run(ENTRIES, "readonly", (store) => store.getAll(ownRange(userId)))) ?? [];
    const floor = Number(storage.get(this.#floorKey())) || 0;
    for (const { key, order, value } of all as KeptRecord[]) {
      if (order <= floor) continue;
      const newer = this.#take({ key, order, ...(value !== undefined && { value }), local: false });
      if (newer && value !== undefined) {
        // Into localStorage again, where all tabs see it.
        const local = storage.set(this.#localKey(key), JSON.stringify({ order, value }));
        this.#held.set(key, { key, order, value, local });
      } else if (newer) storage.remove(this.#localKey(key));
    }
    const gone = (all as KeptRecord[]).filter(({ value }) => value === undefined).sort((a, b) => b.order - a.order);
    const old = gone.slice(MAX_REMOVED_ENTRIES);
    this.#changed();
    if (old.length === 0 && floor === 0) return;
    await database.run(ENTRIES, "readwrite", (store) => {
      for (const { key, order } of all as KeptRecord[]) if (order <= floor) store.delete([userId, key]);
      for (const { key } of old) store.delete([userId, key]);
      return undefined;
    });
    storage.remove(this.#floorKey());
  }

  #hear(message: unknown): void {
    const { record, clearedUpTo } = message as { record?: KeptRecord; clearedUpTo?: number };
    if (record) {
      this.#take({ ...record, local: this.#readLocal(record.key)?.order === record.order });
      this.#changed();
    } else {
      this.onMessage(message);
      if (clearedUpTo) this.#clearUpTo(clearedUpTo);
    }
  }

  #clearUpTo(floor: number): void {
    for (const { key, order } of this.#held.values()) if (order <= floor) this.#held.delete(key);
    this.#dirty.clear();
    this.unkept.set(new Set());
    this.#changed();
  }

  /** Whether it was newer than what is known. */
  #take(record: Held): boolean {
    this.#last = Math.max(this.#last, record.order);
    const known = this.#held.get(record.key);
    if (known && known.order >= record.order) return false;
    this.#held.set(record.key, record);
    return true;
  }

  #readLocal(key: string): Omit<KeptRecord, "key"> | undefined {
    try {
      const stored = JSON.parse(this.#deps.storage.get(this.#localKey(key)) ?? "null") as KeptRecord | null;
      return stored && typeof stored.order === "number" ? stored : undefined;
    } catch {
      // Not ours, or from another age.
      return undefined;
    }
  }

  #changed(): void {
    this.changes.set(this.changes.get() + 1);
  }
}

function ownRange(userId: string): IDBKeyRange {
  return IDBKeyRange.bound([userId], [userId, []]);
}

/** The shape of IndexedDB, and what the version before kept there. */
export function upgradeEntries(db: IDBDatabase, change: IDBTransaction): void {
  const entries = db.createObjectStore(ENTRIES, { keyPath: ["userId", "key"] });
  if (!db.objectStoreNames.contains("unsent")) return;
  const asked = change.objectStore("unsent").getAll();
  asked.onsuccess = () => {
    (asked.result as { id: string; userId: string }[]).forEach(({ userId, ...message }, index) => {
      const value = { ...message, kind: "message", place: index + 1 };
      entries.put({ userId, key: `outbox.message.${message.id}`, order: index + 1, value });
    });
    db.deleteObjectStore("unsent");
  };
}
