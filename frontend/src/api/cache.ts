import { InMemoryCache, type TypePolicies } from "@apollo/client";
import { cacheSizes } from "@apollo/client/utilities";
import { possibleTypes } from "@/gql/possibleTypes";

const typePolicies: TypePolicies = {
  // There is one: that of whoever is signed in. A copy that an earlier version kept on this device does not say who may learn
  // what its owner has read.
  Account: { keyFields: [], fields: { readReceipts: { read: (existing: boolean | undefined) => existing ?? true } } },
};

/** A cache that knows no feature. */
export function bareCache(): InMemoryCache {
  // What Apollo remembers of past reads keeps every version of a long list alive, unless it is less than its own limits.
  cacheSizes["inMemoryCache.executeSelectionSet"] = 8_000;
  cacheSizes["inMemoryCache.executeSubSelectedArray"] = 60;
  return new InMemoryCache({ possibleTypes, typePolicies });
}
