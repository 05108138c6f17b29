import { ApolloClient, ApolloLink, type InMemoryCache } from "@apollo/client";
import { map } from "rxjs";
import type { Health } from "@/api/health";
import { authLink, routedHttpLink } from "@/api/httpLinks";
import { serviceOf } from "@/api/routing";
import type { Session } from "@/api/session";
import type { LiveSocket } from "@/api/socket";
import { socketLink } from "@/api/socketLink";
import { keepNewer } from "@/features/messages/model/freshness";
import { SentMessageFragmentDoc } from "@/gql/sender/graphql";
import { makeCache } from "./cache";

/** Apollo, with the road of each operation: subscriptions to the socket, all else over HTTP to the service it belongs to. */
export function makeClient(session: Session, socket: LiveSocket, health: Health): ApolloClient {
  const cache = makeCache();
  const http = ApolloLink.from([freshnessLink(cache), authLink(session), routedHttpLink(health)]);
  const live = socketLink(socket.client);
  const link = ApolloLink.split(
    ({ operationType, query }) => operationType === "subscription" && serviceOf(query) === "receiver",
    live,
    http,
  );
  return new ApolloClient({ cache, link, devtools: { enabled: import.meta.env.DEV } });
}

/** Keeps an answer that was overtaken by live events from bringing back what they changed. */
function freshnessLink(cache: InMemoryCache): ApolloLink {
  const known = (id: string) =>
    cache.readFragment({
      id: cache.identify({ __typename: "Message", id })!,
      fragment: SentMessageFragmentDoc,
      fragmentName: "SentMessage",
      returnPartialData: true,
    }) as ReturnType<Parameters<typeof keepNewer>[1]>;
  return new ApolloLink((operation, forward) =>
    forward(operation).pipe(
      map((result) => (result.data ? { ...result, data: keepNewer(result.data, known) } : result)),
    ),
  );
}
