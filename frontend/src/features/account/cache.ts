import type { TypePolicies } from "@apollo/client/cache";

/** There is one account: that of whoever is signed in. */
export const policies: TypePolicies = {
  Account: { keyFields: [] },
};
