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

/** Who has read a message and who has not, the one who wrote it aside. */
export function readersOf<P extends { userId: string; lastReadNumber: number }>(
  message: { number: number; senderId: string },
  participants: readonly P[],
): { read: P[]; unread: P[] } {
  const others = participants.filter((participant) => participant.userId !== message.senderId);
  return {
    read: others.filter((participant) => participant.lastReadNumber >= message.number),
    unread: others.filter((participant) => participant.lastReadNumber < message.number),
  };
}
