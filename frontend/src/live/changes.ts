import type { ApolloCache } from "@apollo/client";
import { Store } from "@/api/store";

/** Services keep profiles for up to three seconds; the rest is for answers on their way. */
const PROFILE_SETTLES_MS = 10_000;

interface Change {
  /** By the clock that counts changes. */
  at: number;
  /** Where the feed stood after it. */
  cursor: string | undefined;
}

/**
 * Which feeds have changed lists or facts in the cache, by a clock that counts changes. It tells whether an answer was
 * overtaken: read by a service before something that is in the cache already. Messages and read marks need none of this,
 * because of two copies the later one can be told.
 */
export class Changes {
  /** The last feed whose events were not all told: what lists of it show is read again. */
  readonly restarted = new Store<{ feedId: string } | undefined>(undefined);
  #clock = 0;
  readonly #changes = new Map<string, Change>();
  readonly #details = new Map<string, string>();
  #profileAt = Number.NEGATIVE_INFINITY;

  now(): number {
    return this.#clock;
  }

  note(feedId: string, cursor?: string): void {
    this.#clock += 1;
    this.#changes.set(feedId, { at: this.#clock, cursor: cursor ?? this.cursorOf(feedId) });
  }

  hasChanged(feedId: string, since: number): boolean {
    return (this.#changes.get(feedId)?.at ?? 0) > since;
  }

  /** What has changed since. */
  since(moment: number): string[] {
    return [...this.#changes].filter(([, { at }]) => at > moment).map(([feedId]) => feedId);
  }

  /** The position that an answer about this feed must have reached, if a change of it is in the cache. */
  cursorOf(feedId: string): string | undefined {
    return this.#changes.get(feedId)?.cursor;
  }

  /** What belongs to messages, reactions and threads, is known up to there. No list or fact has changed: no answer is late. */
  noteDetail(feedId: string, cursor: string): void {
    this.#details.set(feedId, cursor);
  }

  /** The position that an answer with messages of this feed must have reached, if something that belongs to them was told. */
  detailsUpTo(feedId: string): string | undefined {
    return this.#details.get(feedId);
  }

  /** The feed has another history now, in which the position may not be. */
  restart(feedId: string): void {
    this.#clock += 1;
    this.#details.delete(feedId);
    this.#changes.set(feedId, { at: this.#clock, cursor: undefined });
    this.restarted.set({ feedId });
  }

  noteProfile(at = Date.now()): void {
    this.#profileAt = at;
  }

  /** Whether the own profile changed so recently that a service may not know of it yet. */
  hasFreshProfile(now = Date.now()): boolean {
    const age = now - this.#profileAt;
    return 0 <= age && age < PROFILE_SETTLES_MS;
  }
}

const ofCaches = new WeakMap<ApolloCache, Changes>();

/** The changes of what this cache holds. */
export function changesOf(cache: ApolloCache): Changes {
  let changes = ofCaches.get(cache);
  if (!changes) {
    changes = new Changes();
    ofCaches.set(cache, changes);
  }
  return changes;
}
