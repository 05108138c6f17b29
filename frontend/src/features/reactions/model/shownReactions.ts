import type { OwnReaction, ReactionGroup, ReactionWish } from "./reactionGroups";

/** One emoji below a message, as it is shown. */
export interface ShownReaction {
  emoji: string;
  count: number;
  /** The reader's own, if they have reacted with it, in the tone in which they did. */
  own: string | undefined;
}

/**
 * What is shown below a message: what the services have told, and on top of it what the reader means. A wish changes a count
 * only as long as the services' own word on that reaction is another one, so nothing is counted twice.
 */
export function shownReactions(
  groups: readonly ReactionGroup[],
  own: readonly OwnReaction[],
  wishes: readonly ReactionWish[],
): ShownReaction[] {
  const variants = new Map(own.map(({ emoji, variant }) => [emoji, variant]));
  const meant = new Map(wishes.map((wish) => [wish.emoji, wish]));
  const inOrder = [...groups].sort((a, b) => a.position - b.position);
  const added = wishes.filter((wish) => wish.added && !groups.some(({ emoji }) => emoji === wish.emoji));
  const all = [...inOrder, ...added.map(({ emoji }) => ({ emoji, count: 0 }))];
  return all.flatMap(({ emoji, count }) => {
    // Without a group nobody has reacted, whatever was known of the reader's own.
    const told = count > 0 ? variants.get(emoji) : undefined;
    const wish = meant.get(emoji);
    const variant = wish ? (wish.added ? wish.variant : undefined) : told;
    const shown = count + (variant === undefined ? 0 : 1) - (told === undefined ? 0 : 1);
    return shown > 0 ? [{ emoji, count: shown, own: variant }] : [];
  });
}
