import { Store } from "@/api/store";
import type { Changes } from "@/live/changes";
import { type ReactionGroup, withGroup } from "./reactionGroups";

/** What was told last of one emoji on one message. */
interface Told {
  /** By the clock that counts what is told. */
  at: number;
  group: ReactionGroup;
  /** The reader's own reaction, where that was told: in which tone, or null where it is gone. */
  own?: { at: number; variant: string | null };
}

/** Of so many messages, those that changed last, it is remembered; an answer is never on its way for longer. */
const MAX_MESSAGES = 2_000;

/**
 * The last words on reactions, by message and emoji. An answer that was read by a service before something that is known
 * already takes nothing back: what was told while it was on its way holds. A busy chat asks for nothing again, since every
 * word is about one emoji on one message and says all there is to say about it.
 */
export class RecentReactions {
  /** Counts what is told. */
  readonly clock = new Store(0);
  readonly #told = new Map<string, Map<string, Told>>();

  now(): number {
    return this.clock.get();
  }

  /** `own` is the reader's own reaction where they are who changed something. */
  note(messageId: string, group: ReactionGroup, own?: string | null): void {
    const at = this.now() + 1;
    const ofMessage = this.#told.get(messageId) ?? new Map<string, Told>();
    const before = ofMessage.get(group.emoji)?.own;
    const ownNow = own === undefined ? before : { at, variant: own };
    ofMessage.set(group.emoji, { at, group, ...(ownNow && { own: ownNow }) });
    this.#told.delete(messageId);
    this.#told.set(messageId, ofMessage);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_MESSAGES && oldest !== undefined) this.#told.delete(oldest);
    this.clock.set(at);
  }

  /** Whether anything was told since then of that emoji on that message. */
  hasChanged(messageId: string, emoji: string, since: number): boolean {
    return (this.#told.get(messageId)?.get(emoji)?.at ?? 0) > since;
  }

  /** The groups of a message in an answer that was asked for then, with what was told since. */
  groupsOf<G extends ReactionGroup>(messageId: string, answered: readonly G[], since: number): readonly G[] {
    let groups = answered;
    for (const { at, group } of this.#told.get(messageId)?.values() ?? []) {
      // All groups of one answer have the same fields; what is more of them than was told is that of the answer.
      if (at > since)
        groups = withGroup(groups, { ...groups.find(({ emoji }) => emoji === group.emoji), ...group } as G);
    }
    return groups;
  }

  /** What was told since then of the reader's own reactions: in which tone they are, or null for one that is gone. */
  ownSince(since: number): { messageId: string; emoji: string; variant: string | null }[] {
    return [...this.#told].flatMap(([messageId, ofMessage]) =>
      [...ofMessage].flatMap(([emoji, { own }]) =>
        own && own.at > since ? [{ messageId, emoji, variant: own.variant }] : [],
      ),
    );
  }
}

const ofChanges = new WeakMap<Changes, RecentReactions>();

/** Those of the cache whose changes these are. */
export function recentReactions(changes: Changes): RecentReactions {
  let recent = ofChanges.get(changes);
  if (!recent) {
    recent = new RecentReactions();
    ofChanges.set(changes, recent);
  }
  return recent;
}
