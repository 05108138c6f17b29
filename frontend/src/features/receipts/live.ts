import type { ReceiptSignalsFragment } from "@/gql/receiver/graphql";
import type { LiveHandlers } from "@/live/handlers";
import { putReceipt } from "./cache";

export const live = {
  apply: {
    ReceiptChanged: ({ chatId, userId, deliveredNumber, readNumber }, { cache }) =>
      putReceipt(cache, chatId, userId, deliveredNumber, readNumber),
  },
} satisfies LiveHandlers<ReceiptSignalsFragment>;
