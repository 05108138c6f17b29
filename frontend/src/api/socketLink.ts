import { ApolloLink } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { print } from "graphql";
import type { Client } from "graphql-ws";
import { Observable } from "rxjs";

/**
 * Subscriptions over graphql-ws. Unlike Apollo's own link it lets an operation choose its variables anew whenever it
 * is sent: `context.variablesOnConnect`. That is how a subscription resumes where it is, not where it once began.
 */
export function socketLink(client: Client): ApolloLink {
  return new ApolloLink(
    (operation) =>
      new Observable<ApolloLink.Result>((observer) => {
        const { variablesOnConnect } = operation.getContext() as { variablesOnConnect?: () => Record<string, unknown> };
        return client.subscribe<Record<string, unknown>>(
          {
            operationName: operation.operationName,
            query: print(operation.query),
            // graphql-ws serialises the payload on every (re)connect, and so asks again.
            get variables() {
              return variablesOnConnect?.() ?? operation.variables;
            },
          },
          {
            next: (result) => observer.next(result as ApolloLink.Result),
            complete: () => observer.complete(),
            error: (error: unknown) =>
              observer.error(Array.isArray(error) ? new CombinedGraphQLErrors({ errors: error }) : error),
          },
        );
      }),
  );
}
