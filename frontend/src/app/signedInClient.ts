import { ApolloLink } from "@apollo/client";
import { serviceOf } from "@/api/routing";
import type { LiveSocket } from "@/api/socket";
import { socketLink } from "@/api/socketLink";
import { forgetMentions } from "@/features/mentions";
import type { Session } from "@/session/session";
import { makeCache } from "./cache";
import type { PageClient } from "./client";
import { freshnessLink } from "./freshnessLink";

/** Adds to the page's client what is not needed for signing in: the policies of all features, and the live events. */
export function completeClient(client: PageClient, session: Session, socket: LiveSocket): void {
  const cache = makeCache(client.cache);
  const whoIsSignedIn = () => {
    const state = session.state.get();
    return state.status === "signed-in" ? state.userId : undefined;
  };
  client.setLink(
    ApolloLink.split(
      ({ operationType, query }) => operationType === "subscription" && serviceOf(query) === "receiver",
      socketLink(socket.client),
      freshnessLink(cache, whoIsSignedIn).concat(client.link),
    ),
  );
  client.onClearStore(async () => forgetMentions(cache));
}
