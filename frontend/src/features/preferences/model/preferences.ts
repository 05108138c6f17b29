import type { DeviceStorage } from "@/api/deviceStorage";
import { Store } from "@/api/store";

/** What someone has chosen for themselves on this device. The services know nothing of it. */
export interface Choices {
  /** Chats that neither notify nor count in the title of the tab. */
  muted: readonly string[];
  /** Chats that stand first in the list. */
  pinned: readonly string[];
  /** Whether a notification is shown for what arrives while nobody is looking. */
  notify: boolean;
  /** Whether a sound is played then. */
  sound: boolean;
  /** Whether Enter sends what is written; without a choice it does where there is a keyboard. */
  enterSends?: boolean;
  /** The skin tone of what is chosen among the emoji, from 1, the lightest, to 5; none without a choice. */
  skinTone?: number;
  /** Whether threads with something left to read stand first in the list of them. */
  unreadThreadsFirst?: boolean;
  /** Whether a chat hides the replies in its threads, and says where and how many. */
  foldReplies?: boolean;
}

const NOTHING: Choices = { muted: [], pinned: [], notify: false, sound: false };

/** The choices of one account, in the storage of this device and the same in all its tabs. */
export class Preferences {
  readonly choices: Store<Choices>;
  readonly #storage: DeviceStorage;
  /** Chosen while nothing could be stored: holds for this tab. */
  #unstored: Choices | undefined;
  readonly #key: string;

  constructor(storage: DeviceStorage, userId: string) {
    this.#storage = storage;
    this.#key = `antiphon.preferences.${userId}`;
    this.choices = new Store(this.#stored());
  }

  change(choices: Partial<Choices>): void {
    // From what is stored: another tab may have chosen meanwhile.
    const changed = { ...this.#stored(), ...choices };
    this.#unstored = this.#storage.set(this.#key, JSON.stringify(changed)) ? undefined : changed;
    this.choices.set(changed);
  }

  /** Puts a chat on one of the lists, or takes it off. */
  set(list: "muted" | "pinned", chatId: string, on: boolean): void {
    const others = this.#stored()[list].filter((other) => other !== chatId);
    this.change({ [list]: on ? [...others, chatId] : others });
  }

  /** Another tab has changed something. */
  onStorage(key: string | null): void {
    if (key === null || key === this.#key) this.choices.set(this.#stored());
  }

  #stored(): Choices {
    if (this.#unstored) return this.#unstored;
    try {
      return { ...NOTHING, ...(JSON.parse(this.#storage.get(this.#key) ?? "{}") as Partial<Choices>) };
    } catch {
      // Not ours, or from another age: the same as nothing chosen.
      return NOTHING;
    }
  }
}
