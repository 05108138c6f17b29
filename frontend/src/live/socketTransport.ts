import type { ApolloClient } from "@apollo/client";
import type { Subscription } from "rxjs";
import { fullJitter, pause } from "@/api/backoff";
import { failureOf } from "@/api/errors";
import type { LiveSocket } from "@/api/socket";
import { InboxDocument } from "@/gql/receiver/graphql";
import type { Transport } from "./transport";

/** The subscription over the tab's WebSocket, which reconnects by itself. */
export function socketTransport(client: ApolloClient, socket: LiveSocket, me: string): Transport {
  return {
    name: "websocket",
    open(listener) {
      let closed = false;
      let subscription: Subscription | undefined;
      const subscribe = () => {
        const again = async () => {
          listener.disconnected("interrupted");
          await pause(fullJitter(3) + 500);
          if (!closed) subscribe();
        };
        subscription = client
          .subscribe({
            query: InboxDocument,
            fetchPolicy: "no-cache",
            context: { variablesOnConnect: () => ({ after: listener.after() }) },
          })
          .subscribe({
            next: ({ data, error }) => {
              if (!data) return console.warn("the live subscription answered with an error", error);
              listener.receive(data.inbox);
              if (data.inbox.feedId === me && data.inbox.caughtUp) listener.caughtUp();
            },
            error: (error) => (failureOf(error).code === "BAD_USER_INPUT" ? listener.refused() : void again()),
            complete: () => void again(),
          });
      };
      const stop = socket.state.subscribe(() => {
        const state = socket.state.get();
        if (state === "open") listener.connected();
        else if (state === "unreachable") listener.disconnected("unreachable");
        else if (state === "closed") listener.disconnected("interrupted");
      });
      subscribe();
      return () => {
        closed = true;
        stop();
        subscription?.unsubscribe();
      };
    },
  };
}
