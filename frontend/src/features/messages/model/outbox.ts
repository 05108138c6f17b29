import { fullJitter, pause } from "@/api/backoff";
import { type Failure, failureOf, isTemporary } from "@/api/errors";
import { Store } from "@/api/store";
import type { SettingsIntent } from "@/features/chatSettings";
import type { WishedReaction } from "@/features/reactions";
import type { DeviceStore } from "@/session/deviceStore";
import {
  isAside,
  keyOf,
  type OutboxEntry,
  PREFIX,
  reactionId,
  type UnsentEdit,
  type UnsentMessage,
  type UnsentRemoval,
  type UnsentSettings,
} from "./outboxEntry";

interface Dependencies {
  store: DeviceStore;
  /** Asks the service for one entry, writes what it answers where readers look, and resolves. */
  deliver(entry: OutboxEntry, signal: AbortSignal): Promise<void>;
  /** Runs work while no other tab of this browser sends for the same person. */
  exclusively(work: () => Promise<void>): Promise<void>;
  random?: () => number;
}

/** Why a chat's queue stands still for a moment. */
export interface Wait {
  code: Failure["code"];
  /** Until when, as `performance.now()` counts. */
  until: number;
}

/** An attempt without an answer is given up after so long, and made again. */
const ANSWER_WITHIN_MS = 15_000;
/** So many entries may wait, in all chats together. */
export const MAX_UNSENT = 500;
/** So often a removal is tried of what may never have arrived. */
const DOUBT_ATTEMPTS = 6;
/** A held removal is due when the tab that holds it has been silent for so long. */
const HELD_SILENT_MS = 8_000;

/**
 * What was written and is not acknowledged: messages, edits and removals, sent in the order written, one at a time per
 * chat, by one tab of this browser at a time, with the same id however often it takes; and after them reactions and settings,
 * for which no message waits. What the store holds at the moment of sending decides: what was discarded or undone in any tab is sent
 * by none.
 */
export class Outbox {
  readonly entries = new Store<readonly OutboxEntry[]>([]);
  /** Chats whose queue waits after an attempt that failed. */
  readonly waits = new Store<ReadonlyMap<string, Wait>>(new Map());
  readonly #deps: Dependencies;
  readonly #busy = new Set<string>();
  readonly #attempts = new Map<string, AbortController>();
  /** Held removals, and since when this tab has seen them as they are. */
  readonly #watched = new Map<string, { held: number; timer: ReturnType<typeof setTimeout> }>();
  /** Messages of which an attempt ended without a word. */
  readonly #mayHaveArrived = new Set<string>();
  /** Reactions that this tab has put in and nobody has asked the service for yet. */
  readonly #untried = new Set<string>();
  readonly #stop: () => void;
  #wake = new AbortController();
  #release: (() => void) | undefined;
  #asking = false;
  #yielding = false;
  /** How often another tab has deleted everything: that is no discarding of what was on its way. */
  #cleared = 0;
  #closed = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#stop = deps.store.changes.subscribe(() => this.#onChange());
    deps.store.onMessage = (message) => this.#hear(message);
    this.#onChange();
  }

  /** What is unsent in a chat, of one kind. */
  of<K extends OutboxEntry["kind"]>(kind: K, chatId: string): (OutboxEntry & { kind: K })[] {
    return this.entries.get().filter((entry) => entry.kind === kind && entry.chatId === chatId) as (OutboxEntry & {
      kind: K;
    })[];
  }

  /** Whether one more may be put in. What takes the place of an earlier one always may. */
  hasRoomFor({ kind, id }: Pick<OutboxEntry, "kind" | "id">): boolean {
    const entries = this.entries.get();
    return entries.length < MAX_UNSENT || entries.some((entry) => entry.kind === kind && entry.id === id);
  }

  /** Stored before it is sent: a crash between the two must not lose it. */
  send(message: Omit<UnsentMessage, "kind" | "place" | "failure">): Promise<void> {
    return this.#put((place) => ({ ...message, kind: "message", place }));
  }

  /** A later edit of the same message takes the place of an earlier one. */
  edit({ id, chatId, content, before }: { id: string; chatId: string; content: string; before: string }) {
    const earlier = this.#deps.store.current<UnsentEdit>(keyOf({ kind: "edit", id }));
    const replaces = [...(earlier?.replaces ?? []), ...(earlier ? [earlier.content] : []), before];
    return this.#put((order) => ({ kind: "edit", id, chatId, content, replaces, place: earlier?.place ?? order }));
  }

  /** Has a message removed, at once or when it is no longer held; then no edit of it matters any more. */
  remove(removal: Omit<UnsentRemoval, "kind" | "place" | "failure">): Promise<void> {
    if (removal.held === undefined) {
      this.discard({ kind: "edit", id: removal.id });
      for (const wish of this.of("reaction", removal.chatId)) if (wish.messageId === removal.id) this.discard(wish);
    }
    const earlier = this.#deps.store.current<UnsentRemoval>(keyOf({ kind: "removal", id: removal.id }));
    return this.#put((order) => ({ ...removal, kind: "removal", place: earlier?.place ?? order }));
  }

  /**
   * A later wish for the same emoji takes the place of an earlier one. `isSo` says that the services have it so already: then
   * there is nothing to ask for, unless they may have been asked for something else meanwhile.
   */
  async react(wish: WishedReaction, isSo: boolean): Promise<void> {
    const id = reactionId(wish);
    const key = keyOf({ kind: "reaction", id });
    const earlier = this.#deps.store.current<OutboxEntry>(key);
    if (!earlier) this.#untried.add(key);
    if (isSo && this.#untried.delete(key)) return this.#deps.store.remove(key);
    return this.#put((order) => ({ ...wish, kind: "reaction", id, place: earlier?.place ?? order }));
  }

  /** Has settings of a chat changed. A later wish takes the place of an earlier one, setting by setting. */
  set(chatId: string, wish: SettingsIntent): Promise<void> {
    const earlier = this.#deps.store.current<UnsentSettings>(keyOf({ kind: "settings", id: chatId }));
    const intent = { ...earlier?.intent, ...wish };
    return this.#put((order) => ({ kind: "settings", id: chatId, chatId, intent, place: earlier?.place ?? order }));
  }

  /** The author asks again. All that failed for the same reason in this chat goes again, in order. */
  retry(entry: OutboxEntry): void {
    const { chatId, failure } = entry;
    for (const other of this.entries.get()) {
      if (!other.failure || other.chatId !== chatId || other.failure.code !== failure?.code) continue;
      // Whoever asks again for an edit that met another text wants theirs.
      const { failure: _, ...again } = { ...other, ...(other.kind === "edit" && { replaces: undefined }) };
      void this.#put(() => again as OutboxEntry);
    }
    this.#insist(chatId);
    this.#deps.store.tell({ insist: chatId });
  }

  /** Nobody sends it any more. */
  discard(entry: Pick<OutboxEntry, "kind" | "id">): void {
    void this.#deps.store.remove(keyOf(entry));
  }

  /** The network is back: do not sit out the current pause. */
  retryNow(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
    this.#pump();
  }

  /** Nobody looks at this tab any more, and it may fall asleep: another one that waits for its turn gets it. */
  yield(): void {
    if (!this.#release) return;
    this.#yielding = true;
    this.retryNow();
  }

  /** The session ended: nothing more is sent. What is left waits in the store until the same person signs in. */
  close(): void {
    this.#closed = true;
    this.#stop();
    this.#wake.abort();
    for (const attempt of this.#attempts.values()) attempt.abort();
    for (const { timer } of this.#watched.values()) clearTimeout(timer);
    this.entries.set([]);
    this.#release?.();
  }

  #put(make: (order: number) => OutboxEntry): Promise<void> {
    const { kind, id } = make(0);
    return this.#deps.store.put(keyOf({ kind, id }), make);
  }

  #onChange(): void {
    const entries = this.#deps.store.entries<OutboxEntry>(PREFIX).map(({ value }) => value);
    entries.sort((a, b) => a.place - b.place || (a.id < b.id ? -1 : 1));
    this.entries.set(entries);
    const keys = new Set(entries.map(keyOf));
    for (const key of this.#untried) if (!keys.has(key)) this.#untried.delete(key);
    for (const [key, attempt] of this.#attempts) if (!keys.has(key)) attempt.abort();
    this.#watchHeld(entries);
    this.#pump();
  }

  /** A tab that crashed cannot say that nobody will undo any more. */
  #watchHeld(entries: readonly OutboxEntry[]): void {
    const held = new Map(entries.filter(isHeld).map((entry) => [keyOf(entry), entry]));
    for (const [key, { timer, held: seen }] of this.#watched) {
      if (held.get(key)?.held === seen) continue;
      clearTimeout(timer);
      this.#watched.delete(key);
    }
    for (const [key, entry] of held) {
      if (this.#watched.has(key)) continue;
      const { held: seen, ...due } = entry;
      const timer = setTimeout(() => void this.remove(due), HELD_SILENT_MS);
      this.#watched.set(key, { held: seen, timer });
    }
  }

  #hear(message: unknown): void {
    const { insist, wait, tried, clearedUpTo } = message as {
      insist?: string;
      tried?: string;
      clearedUpTo?: number;
      wait?: { chatId: string; code: Failure["code"]; ms: number };
    };
    if (insist) this.#insist(insist);
    if (tried) this.#untried.delete(tried);
    if (clearedUpTo) {
      this.#cleared += 1;
      this.#mayHaveArrived.clear();
    }
    if (wait) this.#setWait(wait.chatId, { code: wait.code, until: performance.now() + wait.ms });
  }

  /** Somebody asks again: neither a pause nor an attempt without an answer is waited for. */
  #insist(chatId: string): void {
    for (const entry of this.entries.get()) if (entry.chatId === chatId) this.#attempts.get(keyOf(entry))?.abort();
    this.retryNow();
  }

  /** Starts what is not under way: first by becoming the tab that sends, then one queue per chat. */
  #pump(): void {
    if (this.#closed) return;
    // Also for what is still held: a page that is left has no time to ask for its turn.
    const wanted = this.entries.get().filter(({ failure }) => !failure);
    if (!this.#release) {
      if (wanted.length > 0) void this.#become();
      return;
    }
    for (const { chatId } of wanted) if (this.#next(chatId)) void this.#drain(chatId);
    if (this.#busy.size === 0 && (this.#yielding || wanted.length === 0)) this.#release();
  }

  async #become(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      await this.#deps.exclusively(
        () =>
          new Promise((resolve) => {
            // The session may have ended while another tab was sending.
            if (this.#closed) return resolve();
            this.#release = resolve;
            this.#pump();
          }),
      );
    } finally {
      this.#asking = false;
      this.#yielding = false;
      this.#release = undefined;
    }
    // Something may have come while the place was given back.
    this.#pump();
  }

  async #drain(chatId: string): Promise<void> {
    if (this.#busy.has(chatId)) return;
    this.#busy.add(chatId);
    try {
      for (let next = this.#next(chatId); next && !this.#closed; next = this.#next(chatId)) await this.#sendOne(next);
    } finally {
      this.#busy.delete(chatId);
      this.#setWait(chatId, undefined);
      this.#pump();
    }
  }

  #next(chatId: string): OutboxEntry | undefined {
    if (this.#yielding) return undefined;
    const ready = this.entries.get().filter((entry) => entry.chatId === chatId && !entry.failure && !isHeld(entry));
    return ready.find((entry) => !isAside(entry)) ?? ready[0];
  }

  /** Whether something was written while a reaction or a setting waits for its next attempt. */
  #isOvertaken({ kind, chatId }: Pick<OutboxEntry, "kind" | "chatId">): boolean {
    const next = this.#next(chatId);
    return isAside({ kind }) && !(next && isAside(next));
  }

  /** Attempts until it is done, refused, or no longer wanted. */
  async #sendOne({ kind, id, chatId }: OutboxEntry): Promise<void> {
    const { store } = this.#deps;
    const key = keyOf({ kind, id });
    for (let attempt = 1; !this.#closed; attempt += 1) {
      const entry = store.current<OutboxEntry>(key);
      // Discarded, but it may be there already: then it is removed again.
      if (!entry && this.#mayHaveArrived.delete(id)) void this.remove({ id, chatId, discarded: true });
      if (!entry || entry.failure || isHeld(entry)) return store.reread();
      const failure = await this.#attempt(key, entry);
      if (!failure || this.#closed) return;
      const doubtful = entry.kind === "removal" && entry.discarded;
      if (doubtful && (attempt >= DOUBT_ATTEMPTS || isFinal(failure, doubtful))) return void store.remove(key);
      if (isFinal(failure, doubtful)) {
        if (store.current(key)) await this.#put(() => ({ ...entry, failure }));
        return;
      }
      await this.#waitOut(entry, failure, attempt);
      if (this.#yielding || this.#isOvertaken(entry)) return;
    }
  }

  /** One attempt; what went wrong, if something did. */
  async #attempt(key: string, entry: OutboxEntry): Promise<Failure | undefined> {
    const { store, deliver } = this.#deps;
    const attempt = new AbortController();
    const cleared = this.#cleared;
    this.#attempts.set(key, attempt);
    if (entry.kind === "reaction" && navigator.onLine) {
      this.#untried.delete(key);
      store.tell({ tried: key });
    }
    const tooLong = setTimeout(() => attempt.abort(), ANSWER_WITHIN_MS);
    const noAnswer = new Promise<never>((_, reject) => {
      attempt.signal.addEventListener("abort", () => reject(new Error("there was no answer in time")));
    });
    try {
      await Promise.race([deliver(entry, attempt.signal), noAnswer]);
      this.#attempts.delete(key);
      this.#mayHaveArrived.delete(entry.id);
      // Unless the author has thought of something else meanwhile.
      if (JSON.stringify(store.current(key)) === JSON.stringify(entry)) await store.remove(key);
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      const unknown = isTemporary(failure) && failure.code !== "RATE_LIMITED" && cleared === this.#cleared;
      if (entry.kind === "message" && unknown) this.#mayHaveArrived.add(entry.id);
      return failure;
    } finally {
      clearTimeout(tooLong);
      this.#attempts.delete(key);
    }
  }

  async #waitOut(entry: OutboxEntry, failure: Failure, attempt: number): Promise<void> {
    const { store, random = Math.random } = this.#deps;
    const { chatId } = entry;
    const key = keyOf(entry);
    const ms = Math.max(failure.retryAfterMs ?? 0, fullJitter(attempt, { random }));
    this.#setWait(chatId, { code: failure.code, until: performance.now() + ms });
    store.tell({ wait: { chatId, code: failure.code, ms } });
    // What is no longer wanted ends the pause. A service that says how long means it, whoever is impatient.
    const unwanted = new AbortController();
    const look = () => {
      if (this.#closed || !store.current(key) || this.#isOvertaken(entry)) unwanted.abort();
    };
    const stop = this.entries.subscribe(look);
    look();
    const impatient = failure.code === "RATE_LIMITED" ? [] : [this.#wake.signal];
    await pause(ms, AbortSignal.any([unwanted.signal, ...impatient]));
    stop();
  }

  #setWait(chatId: string, wait: Wait | undefined): void {
    if (!wait && !this.waits.get().has(chatId)) return;
    const waits = new Map(this.waits.get());
    if (wait) waits.set(chatId, wait);
    else waits.delete(chatId);
    this.waits.set(waits);
  }
}

function isHeld(entry: OutboxEntry): entry is UnsentRemoval & { held: number } {
  return entry.kind === "removal" && entry.held !== undefined;
}

/** Whoever has to sign in again still wants it then; what may arrive yet may be found later. */
function isFinal(failure: Failure, doubtful: boolean | undefined): boolean {
  if (failure.code === "UNAUTHENTICATED" || (doubtful && failure.code === "NOT_FOUND")) return false;
  return !isTemporary(failure);
}
