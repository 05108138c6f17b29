/** What finding holes needs to know of a message. */
export interface Numbered {
  number: number;
}

/**
 * The stretch of messages without a hole that holds `number`, or the newest stretch. `messages` is in order of number.
 * Jumping to an old message and resetting after a gap leave several stretches; a reader sees one at a time.
 */
export function runAround<M extends Numbered>(messages: readonly M[], number?: number): M[] {
  let at = messages.length - 1;
  if (number !== undefined) {
    const found = messages.findIndex((message) => message.number === number);
    if (found >= 0) at = found;
  }
  if (at < 0) return [];
  let first = at;
  while (first > 0 && messages[first]!.number - messages[first - 1]!.number === 1) first -= 1;
  let last = at;
  while (last < messages.length - 1 && messages[last + 1]!.number - messages[last]!.number === 1) last += 1;
  return messages.slice(first, last + 1);
}
