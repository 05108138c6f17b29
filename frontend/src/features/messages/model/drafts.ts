import type { DeviceStore } from "@/session/deviceStore";

const PREFIX = "draft.";
/** Someone who types is not written down with every letter. */
const SETTLE_MS = 250;

/**
 * What somebody is writing where, kept on this device until it is sent, and the same in all tabs: what is typed, sent or
 * thrown away in one stands so in the others.
 */
export class Drafts {
  readonly #store: DeviceStore;
  /** Typed and not written down yet, with what was written down when that began. */
  readonly #typed = new Map<string, { text: string; base: string | undefined; timer: ReturnType<typeof setTimeout> }>();
  #writing = false;

  constructor(store: DeviceStore) {
    this.#store = store;
  }

  get = (chatId: string): string | undefined => this.#typed.get(chatId)?.text ?? this.#stored(chatId);

  set(chatId: string, text: string): void {
    const typed = this.#typed.get(chatId);
    if (typed) typed.text = text;
    else {
      const timer = setTimeout(() => this.#write(chatId), SETTLE_MS);
      this.#typed.set(chatId, { text, base: this.#stored(chatId), timer });
    }
  }

  delete(chatId: string): void {
    clearTimeout(this.#typed.get(chatId)?.timer);
    this.#typed.delete(chatId);
    void this.#store.remove(PREFIX + chatId);
  }

  /** The page is left: nothing that was typed may wait any longer. */
  flush(): void {
    for (const chatId of this.#typed.keys()) this.#write(chatId);
  }

  /** How many there are. */
  count(): number {
    this.flush();
    return this.#store.entries(PREFIX).length;
  }

  subscribe = (listener: () => void): (() => void) => this.#store.changes.subscribe(listener);

  /** Tells what is being written in a chat whenever another tab has changed it. */
  follow(chatId: string, listener: (text: string) => void): () => void {
    let known = this.#stored(chatId);
    return this.#store.changes.subscribe(() => {
      const stored = this.#stored(chatId);
      if (stored === known || this.#typed.has(chatId)) return;
      known = stored;
      if (!this.#writing) listener(stored ?? "");
    });
  }

  #stored(chatId: string): string | undefined {
    return this.#store.peek(PREFIX + chatId);
  }

  #write(chatId: string): void {
    const typed = this.#typed.get(chatId);
    if (!typed) return;
    clearTimeout(typed.timer);
    this.#typed.delete(chatId);
    const there = this.#store.current<string>(PREFIX + chatId);
    // Two tabs at the very same time: neither text goes under.
    const both = there !== undefined && there !== typed.base && !typed.text.includes(there);
    const text = both ? `${there}\n${typed.text}` : typed.text;
    this.#writing = !both;
    if (text.trim()) void this.#store.put(PREFIX + chatId, () => text);
    else void this.#store.remove(PREFIX + chatId);
    this.#writing = false;
  }
}
