import { InMemoryCache } from "@apollo/client";
import { cacheSizes } from "@apollo/client/utilities";
import { possibleTypes } from "@/gql/possibleTypes";
import { policies } from "./features";

// What Apollo remembers of past reads keeps every version of a long list alive, unless it is less than its own limits.
cacheSizes["inMemoryCache.executeSelectionSet"] = 8_000;
cacheSizes["inMemoryCache.executeSubSelectedArray"] = 60;

/** A cache with the policies of all features; several may add fields to one type. */
export function makeCache(): InMemoryCache {
  const cache = new InMemoryCache({ possibleTypes });
  for (const one of policies) cache.policies.addTypePolicies(one);
  return cache;
}
