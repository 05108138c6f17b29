import { fullJitter, pause } from "@/api/backoff";
import { type Failure, failureOf, isTemporary } from "@/api/errors";
import { Store } from "@/api/store";

/** A message that its author has sent and no service has acknowledged yet. */
export interface UnsentMessage {
  /** UUIDv7, made here: the key by which a retry is the same message, and by which the live event merges with it. */
  id: string;
  chatId: string;
  content: string;
  replyToId: string | null;
  createdAt: string;
  /** Why the queue gave up on it; absent as long as it is on its way. */
  failure?: Failure["code"];
}

/** Where unsent messages outlive the tab. */
export interface OutboxStorage {
  all(): Promise<UnsentMessage[]>;
  put(message: UnsentMessage): Promise<void>;
  remove(id: string): Promise<void>;
  clear(): Promise<void>;
}

interface Dependencies {
  storage: OutboxStorage;
  /** Sends one message, writes the acknowledged one where readers look, and resolves. */
  deliver(message: UnsentMessage): Promise<void>;
  isOnline(): boolean;
  random?: () => number;
}

/** Attempts, while the network is there, before the author is asked: about a minute. */
const ATTEMPTS = 12;

/**
 * Sends messages in the order written, one at a time per chat, with the same id however often it takes. While the
 * browser is offline the queue waits without giving up.
 */
export class Outbox {
  readonly messages = new Store<readonly UnsentMessage[]>([]);
  readonly #deps: Dependencies;
  readonly #busy = new Set<string>();
  #wake = new AbortController();
  #closed = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Takes up what an earlier tab left behind, oldest first: UUIDv7 sort by time. */
  async restore(): Promise<void> {
    const left = await this.#deps.storage.all();
    if (this.#closed) return;
    const known = new Set(this.messages.get().map((message) => message.id));
    const restored = left.filter((message) => !known.has(message.id)).map(({ failure: _, ...message }) => message);
    const all = [...restored, ...this.messages.get()];
    this.messages.set(all.sort((a, b) => (a.id < b.id ? -1 : 1)));
    for (const chatId of new Set(all.map((message) => message.chatId))) void this.#drain(chatId);
  }

  async add(message: UnsentMessage): Promise<void> {
    this.messages.set([...this.messages.get(), message]);
    // Stored before it is sent: a crash between the two must not lose it.
    await this.#deps.storage.put(message).catch((error) => console.warn("the outbox cannot be stored", error));
    void this.#drain(message.chatId);
  }

  /** The author asks again. All that failed for the same passing reason in this chat goes again, in order. */
  retry(id: string): void {
    const asked = this.messages.get().find((message) => message.id === id);
    if (!asked) return;
    this.#update((message) => {
      const together = message.chatId === asked.chatId && message.failure && message.failure === asked.failure;
      return message.id === id || together ? { ...message, failure: undefined } : message;
    });
    void this.#drain(asked.chatId);
  }

  discard(id: string): void {
    this.messages.set(this.messages.get().filter((message) => message.id !== id));
    void this.#deps.storage.remove(id);
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
    this.messages.set([]);
  }

  /** The author signs out on purpose: nothing of theirs stays on this device. */
  async forget(): Promise<void> {
    this.close();
    await this.#deps.storage.clear();
  }

  async #drain(chatId: string): Promise<void> {
    if (this.#busy.has(chatId)) return;
    this.#busy.add(chatId);
    try {
      for (let next = this.#next(chatId); next && !this.#closed; next = this.#next(chatId)) await this.#send(next);
    } finally {
      this.#busy.delete(chatId);
    }
  }

  #next(chatId: string): UnsentMessage | undefined {
    return this.messages.get().find((message) => message.chatId === chatId && !message.failure);
  }

  async #send(message: UnsentMessage): Promise<void> {
    for (let attempt = 0; !this.#closed; ) {
      if (!this.messages.get().some(({ id }) => id === message.id)) return;
      try {
        await this.#deps.deliver(message);
        return this.discard(message.id);
      } catch (error) {
        const failure = failureOf(error);
        if (!isTemporary(failure)) return this.#fail(message.id, failure.code);
        if (this.#deps.isOnline()) attempt += 1;
        if (attempt >= ATTEMPTS) return this.#failAll(message.chatId, failure.code);
        const wait = Math.max(
          failure.retryAfterMs ?? 0,
          fullJitter(Math.max(attempt, 1), { random: this.#deps.random ?? Math.random }),
        );
        await pause(wait, this.#wake.signal);
      }
    }
  }

  #fail(id: string, failure: Failure["code"]): void {
    this.#update((message) => (message.id === id ? { ...message, failure } : message));
  }

  /** What waits behind a message that could not leave must not overtake it. */
  #failAll(chatId: string, failure: Failure["code"]): void {
    this.#update((message) => (message.chatId === chatId && !message.failure ? { ...message, failure } : message));
  }

  #update(change: (message: UnsentMessage) => UnsentMessage): void {
    this.messages.set(this.messages.get().map(change));
  }
}
