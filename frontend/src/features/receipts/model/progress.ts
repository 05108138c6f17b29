/** How far messages have come on the way to someone, and the newest message when they joined, or joined again. */
export interface Receipt {
  joinedNumber: number;
  deliveredNumber: number;
  /** Null where it is not told. */
  readNumber: number | null;
}

/** Not every chat has receipts: it may have too many participants. */
export interface ReceiptLimit {
  participantCount: number;
  maxReceiptParticipants: number;
}

export const hasReceipts = ({ participantCount, maxReceiptParticipants }: ReceiptLimit) =>
  participantCount <= maxReceiptParticipants;

/** How far a message has come: acknowledged, with all others, read by all others. */
export type Progress = "sent" | "delivered" | "read";

/** A receipt counts for a message only if its owner took part when the message was sent. */
export const wasHere = (number: number, { joinedNumber }: Receipt) => joinedNumber < number;

export const hasReceived = (number: number, { deliveredNumber }: Receipt) => number <= deliveredNumber;

export const hasRead = (number: number, { readNumber }: Receipt) => number <= (readNumber ?? 0);

/** With all who took part when it was sent: that one has it says nothing about the others. */
export function progressOf(number: number, receipts: readonly Receipt[]): Progress {
  const here = receipts.filter((receipt) => wasHere(number, receipt));
  if (here.length === 0 || !here.every((receipt) => hasReceived(number, receipt))) return "sent";
  return here.every((receipt) => hasRead(number, receipt)) ? "read" : "delivered";
}
