import { serverClock } from "@/api/serverClock";
import { Store } from "@/api/store";

/** Who types where. Best effort by promise: a lost signal only shows, or hides, a name for a moment. */
export type TypingByChat = Readonly<Record<string, readonly string[]>>;

/** How long a signal is shown that is not repeated: what the service gives it, and no longer whatever it says. */
const SHOWN_MS = 6_000;
/** The service's time is known to a second. What would be shown for less has been stopped. */
const STOPPED_MS = 1_500;

export class TypingNames {
  readonly store = new Store<TypingByChat>({});
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  /** The latest end that was told of each, by the service's clock. */
  readonly #ends = new Map<string, number>();
  readonly #clock: { now(): number };

  constructor(clock: { now(): number } = serverClock) {
    this.#clock = clock;
  }

  /**
   * `until` is in milliseconds by the service's clock, which need not be ours; in its past means stopped. A signal that
   * ends before one that was heard earlier takes it back: repeating moves the end on, so that is a stop too.
   */
  heard(chatId: string, userId: string, until: number): void {
    const key = `${chatId} ${userId}`;
    const remaining = until - this.#clock.now();
    if (remaining < STOPPED_MS || until < (this.#ends.get(key) ?? 0)) {
      this.stopped(chatId, userId);
      return;
    }
    this.#ends.set(key, until);
    this.#forgetTimer(key);
    this.#timers.set(
      key,
      setTimeout(() => this.stopped(chatId, userId), Math.min(remaining, SHOWN_MS)),
    );
    const names = this.store.get()[chatId] ?? [];
    if (!names.includes(userId)) this.store.set({ ...this.store.get(), [chatId]: [...names, userId] });
  }

  stopped(chatId: string, userId: string): void {
    const key = `${chatId} ${userId}`;
    this.#ends.delete(key);
    this.#forgetTimer(key);
    const names = this.store.get()[chatId];
    if (!names?.includes(userId)) return;
    this.store.set({ ...this.store.get(), [chatId]: names.filter((other) => other !== userId) });
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#ends.clear();
    this.store.set({});
  }

  #forgetTimer(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }
}
