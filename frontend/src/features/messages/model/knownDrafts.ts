import type { DeviceStore } from "@/session/deviceStore";
import { type Drafts, PREFIX } from "./drafts";

/** What the account has of a draft, as far as this device knows. */
export interface AccountDraft {
  /** Empty where it has none. */
  text: string;
  /** When it got it, in milliseconds. */
  at: number;
  /** It was asked to keep something else, and has not answered. */
  doubtful?: boolean;
}

const IN_ACCOUNT = "account-draft.";

/** What stands in the account of that which is written on this device, kept beside it and the same in all tabs. */
export class KnownDrafts {
  readonly #store: DeviceStore;
  readonly #drafts: Drafts;

  constructor(store: DeviceStore, drafts: Drafts) {
    this.#store = store;
    this.#drafts = drafts;
  }

  /** Where something is written, here or in the account. */
  places(): string[] {
    const under = (prefix: string) => this.#store.entries(prefix).map(({ key }) => key.slice(prefix.length));
    return [...new Set([...under(PREFIX), ...under(IN_ACCOUNT)])];
  }

  /** Where something is written that the account does not have, or not any longer. */
  unsaved(): string[] {
    return this.places().filter((place) => {
      const { text, doubtful } = this.of(place);
      return doubtful || (this.#store.peek(PREFIX + place) ?? "") !== text;
    });
  }

  of = (place: string): AccountDraft => this.#store.peek(IN_ACCOUNT + place) ?? { text: "", at: 0 };

  /** The account has this. */
  note(place: string, account: AccountDraft): void {
    if (account.text || account.doubtful) void this.#store.put(IN_ACCOUNT + place, () => account);
    else void this.#store.remove(IN_ACCOUNT + place);
  }

  /** The account has this, from another device. What stands here becomes the same, unless something else was typed here. */
  accept(place: string, account: AccountDraft): void {
    const { text } = this.of(place);
    this.note(place, account);
    if (text === account.text || (this.#drafts.get(place) ?? "") !== text) return;
    if (account.text) void this.#store.put(PREFIX + place, () => account.text);
    else void this.#store.remove(PREFIX + place);
  }
}

/** How many drafts would be lost with what is kept on this device. */
export function unsavedDrafts(store: DeviceStore, drafts: Drafts): number {
  drafts.flush();
  return new KnownDrafts(store, drafts).unsaved().length;
}
