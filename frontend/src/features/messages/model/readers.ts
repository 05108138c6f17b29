/** How far an own message has come, as its author may know it. */
export type Ticks = { state: "sent" } | { state: "read"; count: number };

/**
 * Read marks of the other participants tell who has read what. A direct chat says read; a larger one says by how many,
 * as far as marks are known.
 */
export function ticksOf(number: number, marks: readonly number[]): Ticks {
  const count = marks.filter((mark) => mark >= number).length;
  return count === 0 ? { state: "sent" } : { state: "read", count };
}
