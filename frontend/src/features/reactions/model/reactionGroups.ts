/** All reactions with one emoji on one message, as the services tell them: the whole state, never a difference. */
export interface ReactionGroup {
  /** Without a skin tone. */
  emoji: string;
  /** None are left where it is 0. */
  count: number;
  position: number;
}

/** A reaction of the reader's own. */
export interface OwnReaction {
  emoji: string;
  /** The emoji in the tone in which it was chosen. */
  variant: string;
}

/** What the reader means one of their reactions to be and no service has acknowledged yet. */
export interface ReactionWish extends OwnReaction {
  /** Whether it is to be there. */
  added: boolean;
}

/** The groups of a message with one of them as it is now, in the order in which they are shown. */
export function withGroup<G extends ReactionGroup>(groups: readonly G[], group: G): G[] {
  const others = groups.filter(({ emoji }) => emoji !== group.emoji);
  return group.count > 0 ? [...others, group].sort((a, b) => a.position - b.position) : others;
}
