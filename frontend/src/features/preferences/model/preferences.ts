import type { DeviceStorage } from "@/api/deviceStorage";
import { Store } from "@/api/store";

/** What someone has chosen for themselves on this device. The services know nothing of it. */
export interface Choices {
  /** Whether a notification is shown for what arrives while nobody is looking. */
  notify: boolean;
  /** Whether a sound is played then. */
  sound: boolean;
  /** Whether Enter sends what is written; without a choice it does where there is a keyboard. */
  enterSends?: boolean;
  /** The skin tone of what is chosen among the emoji, from 1, the lightest, to 5; none without a choice. */
  skinTone?: number;
  /** Whether what formats a text is shown where there is little room for it. */
  formatting?: boolean;
  /** Whether threads with something left to read stand first in the list of them. */
  unreadThreadsFirst?: boolean;
  /** Whether a chat hides the replies in its threads, and says where and how many. */
  foldReplies?: boolean;
}

/** What an earlier version kept on the device about single chats. */
interface ChatChoices {
  muted: readonly string[];
  pinned: readonly string[];
}

const NOTHING: Choices = { notify: false, sound: false };

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

  /** What an earlier version kept here about single chats goes to the account by `adopt`, once. */
  async handOver(adopt: (kept: ChatChoices) => Promise<void>): Promise<void> {
    const { muted, pinned, ...rest }: Choices & Partial<ChatChoices> = this.#stored();
    if (!muted && !pinned) return;
    await adopt({ muted: muted ?? [], pinned: pinned ?? [] });
    this.#storage.set(this.#key, JSON.stringify(rest));
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
