import type { TypePolicies } from "@apollo/client/cache";

/** There is one account: that of whoever is signed in. */
export const policies: TypePolicies = {
  Account: {
    keyFields: [],
    // A copy that an earlier version kept on this device has none.
    fields: { readReceipts: { read: (existing: boolean | undefined) => existing ?? true } },
  },
};
