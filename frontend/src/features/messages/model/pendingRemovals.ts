import type { Failure } from "@/api/errors";
import { Store } from "@/api/store";
import type { Outbox } from "./outbox";

/** A message that somebody has removed. */
export interface Removal {
  id: string;
  chatId: string;
}

/** So long one can think better of it. */
export const UNDO_MS = 5_000;
/** So long where somebody is about to. */
const LINGER_MS = 30_000;
/** So often the other tabs are told that it is still held. */
const BEAT_MS = 2_000;

/**
 * Holds a removal back for some seconds in the outbox, in which it can be undone. The outbox sends it when it is no
 * longer held, from whichever tab; what was undone is there no more and is sent by none.
 */
export class PendingRemovals {
  /** What can still be undone: the last one. */
  readonly held = new Store<Removal | undefined>(undefined);
  /** What a service would not do, and why. */
  readonly refused = new Store<(Removal & { failure: Failure }) | undefined>(undefined);
  readonly #outbox: Outbox;
  readonly #stop: () => void;
  #beats = 0;
  #due: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setInterval> | undefined;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
    this.#stop = outbox.entries.subscribe(() => this.#look());
    this.#look();
  }

  /** Removes a message, as far as one can see here. The one before can then no longer be undone. */
  schedule({ id, chatId }: Removal): void {
    this.flush();
    this.refused.set(undefined);
    this.held.set({ id, chatId });
    this.#keep();
    this.#beat = setInterval(() => this.#keep(), BEAT_MS);
    this.extendUndo(false);
  }

  /** Somebody is about to undo: they get more time, and the usual time once they are not. */
  extendUndo(long: boolean): void {
    if (!this.held.get()) return;
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.flush(), long ? LINGER_MS : UNDO_MS);
  }

  undo(): void {
    const held = this.#letGo();
    if (held) this.#outbox.discard({ kind: "removal", id: held.id });
  }

  /** Nobody will undo any more: it is sent now. */
  flush(): void {
    const held = this.#letGo();
    if (held) void this.#outbox.remove(held);
  }

  /** The session ended. */
  close(): void {
    this.#stop();
    this.#letGo();
  }

  #keep(): void {
    const held = this.held.get();
    this.#beats += 1;
    if (held) void this.#outbox.remove({ ...held, held: this.#beats });
  }

  #letGo(): Removal | undefined {
    const held = this.held.get();
    clearTimeout(this.#due);
    clearInterval(this.#beat);
    this.held.set(undefined);
    return held;
  }

  #look(): void {
    const refused = this.#outbox.entries.get().find((entry) => entry.kind === "removal" && entry.failure);
    if (!refused) return;
    this.refused.set({ id: refused.id, chatId: refused.chatId, failure: refused.failure! });
    // It is said, and nothing is left to be done.
    this.#outbox.discard(refused);
  }
}
