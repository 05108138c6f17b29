import { InMemoryCache } from "@apollo/client";
import { cacheSizes } from "@apollo/client/utilities";
import { possibleTypes } from "@/gql/possibleTypes";

/** A cache that knows no feature. */
export function bareCache(): InMemoryCache {
  // What Apollo remembers of past reads keeps every version of a long list alive, unless it is less than its own limits.
  cacheSizes["inMemoryCache.executeSelectionSet"] = 8_000;
  cacheSizes["inMemoryCache.executeSubSelectedArray"] = 60;
  // There is one account: that of whoever is signed in.
  return new InMemoryCache({ possibleTypes, typePolicies: { Account: { keyFields: [] } } });
}
