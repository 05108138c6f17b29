import { ApolloLink } from "@apollo/client";
import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";
import { HttpLink } from "@apollo/client/link/http";
import { catchError, defer, finalize, from, type Observable, of, switchMap, tap, throwError } from "rxjs";
import { failureOf, failureOfGraphQL } from "./errors";
import type { Health } from "./health";
import { answeredBy, INSTANCE_HEADER, pinnedInstance } from "./instance";
import { serviceOf } from "./routing";
import { serverClock } from "./serverClock";
import type { Tokens } from "./tokens";

/** Browsers have few connections to an origin: calls without an answer must not keep them. */
const ANSWER_WITHIN_MS = 20_000;

/**
 * Queries and mutations, each to the service that serves it, for as long as `context.signal` lets them; `health` is told
 * how they fare.
 */
export function routedHttpLink(health: Health): ApolloLink {
  const http = new HttpLink({
    uri: (operation) => `/${serviceOf(operation.query)}/graphql`,
    credentials: "omit",
  });
  return new ApolloLink((operation, forward) => {
    const pin = pinnedInstance();
    if (pin) {
      operation.setContext(({ headers }) => ({ headers: { ...headers, [INSTANCE_HEADER]: pin } }));
    }
    operation.setContext(({ fetchOptions, signal }) => {
      const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
      return { fetchOptions: { ...fetchOptions, signal: signal ? AbortSignal.any([signal, late]) : late } };
    });
    const service = serviceOf(operation.query);
    return defer(() => {
      // Not wanted any more, while it waited for a token.
      if (operation.getContext().signal?.aborted) throw new Error("the call was given up");
      const call = health.watch(service);
      return forward(operation).pipe(
        tap({
          next: ({ errors }) => {
            const response = operation.getContext().response as Response | undefined;
            serverClock.hear(response?.headers.get("date"));
            const instance = response?.headers.get(INSTANCE_HEADER);
            if (instance) answeredBy.set({ ...answeredBy.get(), [service]: instance });
            call.ended(errors?.[0] && failureOfGraphQL(errors[0]));
          },
          error: (error) => call.ended(failureOf(error)),
        }),
        finalize(call.left),
      );
    });
  }).concat(http);
}

/**
 * Sends the access token along, and once more with a new one when a service refuses it. Operations with
 * `context: { anonymous: true }` go without: signing in, signing up and refreshing.
 */
export function authLink(tokens: Tokens): ApolloLink {
  return new ApolloLink((operation, forward) => {
    if (operation.getContext().anonymous) return forward(operation);
    const attempt = (retry: boolean): Observable<ApolloLink.Result> =>
      defer(() => from(tokens.accessToken())).pipe(
        switchMap((token) => {
          operation.setContext(({ headers }) => ({
            headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
          }));
          const again = () => {
            tokens.reject(token);
            return attempt(false);
          };
          return forward(operation).pipe(
            switchMap((result) => (retry && isRefused(result.errors) ? again() : of(result))),
            catchError((error) => (retry && isUnauthorized(error) ? again() : throwError(() => error))),
          );
        }),
      );
    return attempt(true);
  });
}

function isRefused(errors: ApolloLink.Result["errors"]): boolean {
  return errors?.some((error) => failureOfGraphQL(error).code === "UNAUTHENTICATED") ?? false;
}

function isUnauthorized(error: unknown): boolean {
  if (CombinedGraphQLErrors.is(error)) return isRefused(error.errors);
  return ServerError.is(error) && error.statusCode === 401;
}
