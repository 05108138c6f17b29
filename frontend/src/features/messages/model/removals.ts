import { fullJitter, pause } from "@/api/backoff";
import { type Failure, failureOf, isTemporary } from "@/api/errors";
import { Store } from "@/api/store";

/** A message that somebody has removed. */
export interface Removal {
  id: string;
  chatId: string;
}

interface Kept extends Removal {
  /** Until when it may be thought better of, as this device's clock counts. */
  until: number;
}

interface Dependencies {
  /** Where the wish outlives the tab. Written at once: a page that is left has no time for more. */
  storage: Storage;
  /** Whose wishes these are. */
  userId: string;
  /** Has the message removed for everyone. */
  remove(removal: Removal): Promise<void>;
  /** Shows it as removed here, and gives back how to show it as it was; nothing where the message is not loaded. */
  hide(removal: Removal): (() => void) | undefined;
  random?: () => number;
}

/** So long one can think better of it. */
export const UNDO_MS = 5_000;
/** So long where somebody is about to. */
const LINGER_MS = 30_000;

/**
 * Holds a removal back for some seconds and then has it done, however often that takes. What is stored decides: a wish
 * that is there and due is done by any tab that finds it, and one that is not there any more by none.
 */
export class Removals {
  /** What can still be undone: the last one. */
  readonly held = new Store<Removal | undefined>(undefined);
  /** What a service would not do, and why. */
  readonly refused = new Store<(Removal & { failure: Failure }) | undefined>(undefined);
  readonly #deps: Dependencies;
  readonly #key: string;
  readonly #shown = new Map<string, () => void>();
  readonly #sending = new Set<string>();
  #wake = new AbortController();
  #closed = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#key = `antiphon.removals.${deps.userId}`;
  }

  /** Takes up what an earlier tab left behind. What another one still holds back is left to it until it is due. */
  restore(): void {
    for (const { id } of this.#kept()) void this.#whenDue(id);
  }

  /** Removes a message, as far as one can see here. The one before can then no longer be undone. */
  hold(removal: Removal): void {
    this.settle();
    this.refused.set(undefined);
    this.#keep(removal, Date.now() + UNDO_MS);
    this.#hide(removal);
    this.held.set(removal);
    void this.#whenDue(removal.id);
  }

  /** Somebody is about to undo: they get more time, and the usual time once they are not. */
  linger(long: boolean): void {
    const held = this.held.get();
    if (held) this.#keep(held, Date.now() + (long ? LINGER_MS : UNDO_MS));
    if (held && !long) void this.#whenDue(held.id);
  }

  undo(): void {
    const held = this.held.get();
    if (!held) return;
    this.held.set(undefined);
    this.#drop(held.id);
    this.#show(held.id);
  }

  /** Nobody will undo any more: it is sent now. */
  settle(): void {
    const held = this.held.get();
    if (!held) return;
    this.#keep(held, 0);
    void this.#whenDue(held.id);
  }

  /** The network is back: do not sit out the current pause. */
  nudge(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  /** The session ended: nothing more is sent. What is left waits in the storage for the next sign-in. */
  close(): void {
    this.#closed = true;
    this.nudge();
    this.held.set(undefined);
  }

  /** The author signs out on purpose: nothing of theirs stays on this device. */
  forget(): void {
    this.close();
    this.#deps.storage.removeItem(this.#key);
  }

  async #whenDue(id: string): Promise<void> {
    const kept = this.#kept().find((other) => other.id === id);
    if (!kept || this.#closed) return;
    const left = kept.until - Date.now();
    if (left > 0) setTimeout(() => void this.#whenDue(id), left);
    else await this.#send(kept);
  }

  async #send({ id, chatId }: Removal): Promise<void> {
    if (this.#sending.has(id)) return;
    this.#sending.add(id);
    if (this.held.get()?.id === id) this.held.set(undefined);
    for (let attempt = 1; this.#sending.has(id) && !this.#closed; attempt += 1) {
      this.#hide({ id, chatId });
      try {
        await this.#deps.remove({ id, chatId });
        this.#done(id);
      } catch (error) {
        const failure = failureOf(error);
        // Who has to sign in again still wants it then.
        if (failure.code === "UNAUTHENTICATED") return;
        if (isTemporary(failure)) {
          const wait = fullJitter(attempt, { random: this.#deps.random ?? Math.random });
          await pause(Math.max(failure.retryAfterMs ?? 0, wait), this.#wake.signal);
        } else {
          this.#done(id);
          this.#show(id);
          this.refused.set({ id, chatId, failure });
        }
      }
    }
  }

  #done(id: string): void {
    this.#sending.delete(id);
    this.#drop(id);
  }

  #hide(removal: Removal): void {
    if (this.#shown.has(removal.id)) return;
    const show = this.#deps.hide(removal);
    if (show) this.#shown.set(removal.id, show);
  }

  #show(id: string): void {
    this.#shown.get(id)?.();
    this.#shown.delete(id);
  }

  #keep({ id, chatId }: Removal, until: number): void {
    this.#write([...this.#kept().filter((other) => other.id !== id), { id, chatId, until }]);
  }

  #drop(id: string): void {
    this.#write(this.#kept().filter((other) => other.id !== id));
  }

  #write(kept: readonly Kept[]): void {
    if (kept.length > 0) this.#deps.storage.setItem(this.#key, JSON.stringify(kept));
    else this.#deps.storage.removeItem(this.#key);
  }

  #kept(): Kept[] {
    try {
      return JSON.parse(this.#deps.storage.getItem(this.#key) ?? "[]") as Kept[];
    } catch {
      // Not ours, or from another age: the same as nothing wished for.
      return [];
    }
  }
}
