import type { InMemoryCache } from "@apollo/client";
import { bareCache } from "@/api/cache";
import { policies } from "./features";

/** A cache with the policies of all features, or the page's with them; several may add fields to one type. */
export function makeCache(cache: InMemoryCache = bareCache()): InMemoryCache {
  for (const one of policies) cache.policies.addTypePolicies(one);
  return cache;
}
