import { Store } from "@/api/store";

/** Who types where, until when. Best effort by promise: a lost signal only shows, or hides, a name for a moment. */
export type TypingByChat = Readonly<Record<string, Readonly<Record<string, number>>>>;

export class TypingNames {
  readonly store = new Store<TypingByChat>({});
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  /** `until` is milliseconds since the epoch; in the past means stopped. */
  heard(chatId: string, userId: string, until: number): void {
    const key = `${chatId} ${userId}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    const { [userId]: _, ...others } = this.store.get()[chatId] ?? {};
    const remaining = until - Date.now();
    if (remaining <= 0) {
      this.store.set({ ...this.store.get(), [chatId]: others });
      return;
    }
    this.store.set({ ...this.store.get(), [chatId]: { ...others, [userId]: until } });
    this.#timers.set(
      key,
      setTimeout(() => this.heard(chatId, userId, 0), remaining),
    );
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.store.set({});
  }
}
