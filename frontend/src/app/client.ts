import { ApolloClient, ApolloLink } from "@apollo/client";
import type { Health } from "@/api/health";
import { authLink, routedHttpLink } from "@/api/httpLinks";
import { mergingTransform } from "@/api/mergedSelections";
import { serviceOf } from "@/api/routing";
import type { LiveSocket } from "@/api/socket";
import { socketLink } from "@/api/socketLink";
import { forgetMentions } from "@/features/mentions";
import { possibleTypes } from "@/gql/possibleTypes";
import type { Session } from "@/session/session";
import { makeCache } from "./cache";
import { freshnessLink } from "./freshnessLink";

/** Apollo, with the road of each operation: subscriptions to the socket, all else over HTTP to the service it belongs to. */
export function makeClient(session: Session, socket: LiveSocket, health: Health): ApolloClient {
  const cache = makeCache();
  const whoIsSignedIn = () => {
    const state = session.state.get();
    return state.status === "signed-in" ? state.userId : undefined;
  };
  const http = ApolloLink.from([freshnessLink(cache, whoIsSignedIn), authLink(session), routedHttpLink(health)]);
  const live = socketLink(socket.client);
  const link = ApolloLink.split(
    ({ operationType, query }) => operationType === "subscription" && serviceOf(query) === "receiver",
    live,
    http,
  );
  const documentTransform = mergingTransform(possibleTypes);
  const client = new ApolloClient({ cache, link, documentTransform, devtools: { enabled: import.meta.env.DEV } });
  client.onClearStore(async () => forgetMentions(cache));
  return client;
}
