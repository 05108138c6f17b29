/** By how many others a message has been read, as far as their read marks are known. */
export function readBy(number: number, marks: readonly number[]): number {
  return marks.reduce((count, mark) => (mark >= number ? count + 1 : count), 0);
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
