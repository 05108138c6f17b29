import type { ApolloCache } from "@apollo/client";
import type { TypePolicies } from "@apollo/client/cache";
import { modifyCache } from "@/api/modifyCache";

const newer = (existing: number | null | undefined, incoming: number) => Math.max(existing ?? 0, incoming);

/** Of who tells no longer what they have read, nothing is known any more. */
const told = (existing: number | null | undefined, incoming: number | null) =>
  incoming === null ? null : newer(existing, incoming);

export const policies: TypePolicies = {
  Chat: {
    fields: {
      receipts: { merge: false },
      // A copy that an earlier version kept on this device has none.
      maxReceiptParticipants: { read: (existing: number | undefined) => existing ?? 0 },
    },
  },
  // Marks only grow: the larger wins, whichever order answers and signals come in.
  Receipt: {
    keyFields: ["chatId", "userId"],
    fields: { deliveredNumber: { merge: newer }, readNumber: { merge: told } },
  },
};

/**
 * How far messages have come on the way to someone, if anything is known of them. Who has sent a message has everything before
 * it, and has read that, if they tell: of them, `read` is undefined.
 */
export function putReceipt(
  cache: ApolloCache,
  chatId: string,
  userId: string,
  delivered: number,
  read?: number | null,
): void {
  modifyCache(cache, cache.identify({ __typename: "Receipt", chatId, userId }), {
    deliveredNumber: (existing: number) => newer(existing, delivered),
    readNumber: (existing: number | null) =>
      told(existing, read === undefined && existing !== null ? delivered : (read ?? null)),
  });
}
