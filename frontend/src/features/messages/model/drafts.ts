import { Store } from "@/api/store";
import type { MessageEventsFragment } from "@/gql/receiver/graphql";
import type { DeviceStore } from "@/session/deviceStore";

/** Where somebody writes: in a chat, or in one thread of it. */
export const draftPlace = (chatId: string, rootId: string | undefined): string =>
  rootId === undefined ? chatId : `${chatId}/${rootId}`;

/** The event that another device of the same person, or this one, has written something else. */
export type ToldDraft = Extract<MessageEventsFragment, { __typename: "DraftChanged" }>;

export const PREFIX = "draft.";
/** Someone who types is not written down with every letter. */
const SETTLE_MS = 250;

/**
 * What somebody is writing where, kept on this device until it is sent, and the same in all tabs: what is typed, sent or
 * thrown away in one stands so in the others. `AccountDrafts` brings it to the other devices.
 */
export class Drafts {
  /** Whoever is signed in leaves. */
  readonly ended = new AbortController();
  /** The last that was told of a draft in the account. */
  readonly told = new Store<ToldDraft | undefined>(undefined);
  readonly #store: DeviceStore;
  /** Typed and not written down yet, with what was written down when that began. */
  readonly #typed = new Map<string, { text: string; base: string | undefined; timer: ReturnType<typeof setTimeout> }>();
  #writing = false;

  constructor(store: DeviceStore) {
    this.#store = store;
  }

  get = (place: string): string | undefined => this.#typed.get(place)?.text ?? this.#stored(place);

  set(place: string, text: string): void {
    const typed = this.#typed.get(place);
    if (typed) typed.text = text;
    else {
      const timer = setTimeout(() => this.#write(place), SETTLE_MS);
      this.#typed.set(place, { text, base: this.#stored(place), timer });
    }
  }

  delete(place: string): void {
    clearTimeout(this.#typed.get(place)?.timer);
    this.#typed.delete(place);
    void this.#store.remove(PREFIX + place);
  }

  /** The page is left: nothing that was typed may wait any longer. */
  flush(): void {
    for (const place of this.#typed.keys()) this.#write(place);
  }

  close(): void {
    this.flush();
    this.ended.abort();
  }

  subscribe = (listener: () => void): (() => void) => this.#store.changes.subscribe(listener);

  /** Tells what is being written in a place whenever another tab has changed it. */
  follow(place: string, listener: (text: string) => void): () => void {
    let known = this.#stored(place);
    return this.#store.changes.subscribe(() => {
      const stored = this.#stored(place);
      if (stored === known || this.#typed.has(place)) return;
      known = stored;
      if (!this.#writing) listener(stored ?? "");
    });
  }

  #stored(place: string): string | undefined {
    return this.#store.peek(PREFIX + place);
  }

  #write(place: string): void {
    const typed = this.#typed.get(place);
    if (!typed) return;
    clearTimeout(typed.timer);
    this.#typed.delete(place);
    const there = this.#store.current<string>(PREFIX + place);
    // Two tabs at the very same time: neither text goes under.
    const both = there !== undefined && there !== typed.base && !typed.text.includes(there);
    const text = both ? `${there}\n${typed.text}` : typed.text;
    this.#writing = !both;
    if (text.trim()) void this.#store.put(PREFIX + place, () => text);
    else void this.#store.remove(PREFIX + place);
    this.#writing = false;
  }
}
