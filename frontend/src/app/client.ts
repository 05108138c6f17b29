import { ApolloClient, ApolloLink, type InMemoryCache } from "@apollo/client";
import { bareCache } from "@/api/cache";
import type { Health } from "@/api/health";
import { authLink, routedHttpLink } from "@/api/httpLinks";
import { mergingTransform } from "@/api/mergedSelections";
import { possibleTypes } from "@/gql/possibleTypes";
import type { Session } from "@/session/session";

/** The page's client, whose cache is always this one. */
export interface PageClient extends ApolloClient {
  cache: InMemoryCache;
}

/**
 * Apollo, with the road of each operation over HTTP to the service it belongs to. It is enough for signing in; what else
 * there is comes with the rest of what only those need who have (`signedInClient.ts`).
 */
export function makeClient(session: Session, health: Health): PageClient {
  return new ApolloClient({
    cache: bareCache(),
    link: ApolloLink.from([authLink(session), routedHttpLink(health)]),
    documentTransform: mergingTransform(possibleTypes),
    devtools: { enabled: import.meta.env.DEV },
  }) as PageClient;
}
