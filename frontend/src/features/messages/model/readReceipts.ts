/** How far someone has read, and the newest message when they joined, or joined again. */
export interface Mark {
  lastReadNumber: number;
  joinedNumber: number;
}

/** A mark counts for a message only if its owner took part when the message was sent. */
function wasHere(number: number, { joinedNumber }: Mark): boolean {
  return joinedNumber < number;
}

function hasRead(number: number, mark: Mark): boolean {
  return wasHere(number, mark) && number <= mark.lastReadNumber;
}

/** By how many others a message has been read, as far as their read marks are known. */
export function readBy(number: number, marks: readonly Mark[]): number {
  return marks.reduce((count, mark) => (hasRead(number, mark) ? count + 1 : count), 0);
}

/** Who has read a message, who has not, and who was not here when it was sent, the one who wrote it aside. */
export function readersOf<P extends Mark & { userId: string }>(
  message: { number: number; senderId: string },
  participants: readonly P[],
): { read: P[]; unread: P[]; absent: P[] } {
  const others = participants.filter((participant) => participant.userId !== message.senderId);
  const here = others.filter((participant) => wasHere(message.number, participant));
  return {
    read: here.filter((participant) => hasRead(message.number, participant)),
    unread: here.filter((participant) => !hasRead(message.number, participant)),
    absent: others.filter((participant) => !wasHere(message.number, participant)),
  };
}
