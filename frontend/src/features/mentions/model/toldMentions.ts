import type { Changes } from "@/live/changes";

/** What was told last of one message: whether it mentions the reader, in which revision. */
interface Told {
  revision: number;
  mentioned: boolean;
}

/** Of so many messages of a chat, those that were told last, it is remembered. */
const MAX_MESSAGES = 2_000;

/**
 * Which messages mention the reader, by the word of the events. A list of them that a service read before an event, or while it
 * travelled, takes nothing back, whichever is written first: what the events said holds on top of any list. A list that knows
 * more than the events so far is corrected at most until the next of them comes. Where events were missed for good, what they
 * said is forgotten, and the list that is read then holds.
 */
export class ToldMentions {
  readonly #chats = new Map<string, Map<number, Told>>();

  /** Tells whether anything is known now that was not. */
  note(chatId: string, number: number, { revision, mentioned }: Told): boolean {
    const told = this.#chats.get(chatId) ?? new Map<number, Told>();
    const before = told.get(number);
    if (before && before.revision >= revision) return false;
    // That a message which was just added mentions nobody needs no word.
    if (!mentioned && !before && revision === 1) return false;
    told.delete(number);
    told.set(number, { revision, mentioned });
    const [oldest] = told.keys();
    if (told.size > MAX_MESSAGES && oldest !== undefined) told.delete(oldest);
    this.#chats.set(chatId, told);
    return before?.mentioned !== mentioned;
  }

  /** The numbers of a list that a service has read, as the events have it; in ascending order. */
  correct(chatId: string, numbers: readonly number[]): readonly number[] {
    const told = this.#chats.get(chatId);
    if (!told) return numbers;
    const all = new Set(numbers);
    for (const [number, { mentioned }] of told) {
      if (mentioned) all.add(number);
      else all.delete(number);
    }
    return [...all].sort((a, b) => a - b);
  }

  forget(chatId: string): void {
    this.#chats.delete(chatId);
  }

  clear(): void {
    this.#chats.clear();
  }
}

const ofChanges = new WeakMap<Changes, ToldMentions>();

/** Those of the cache whose changes these are. */
export function toldMentions(changes: Changes): ToldMentions {
  let told = ofChanges.get(changes);
  if (!told) {
    const created = new ToldMentions();
    // The feed has another history now.
    changes.restarted.subscribe(() => created.forget(changes.restarted.get()?.feedId ?? ""));
    ofChanges.set(changes, created);
    told = created;
  }
  return told;
}
