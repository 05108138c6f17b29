import { CombinedGraphQLErrors } from "@apollo/client/errors";
import type { GraphQLFormattedError } from "graphql";
import type reasons from "../../../shared-schema/reasons.json";

/** The services' closed set of error codes, and one for a request that got no answer at all. */
export type ErrorCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "BAD_USER_INPUT"
  | "CONFLICT"
  | "RATE_LIMITED"
  | "UNAVAILABLE"
  | "INTERNAL"
  | "NETWORK";

/** Why the services refused: the closed set that they commit beside their schemas. */
export type Reason = keyof typeof reasons;

export interface Failure {
  code: ErrorCode;
  /** Why, where there is something that the reader can mend. Of a newer service it may be one not known here. */
  reason?: string;
  /** What belongs into the sentence: `{ max: 100 }`. */
  arguments?: Readonly<Record<string, string | number>>;
  /** The input field at fault, where one is. */
  field?: string;
  /** The service's own words, in English; for people only where the catalogues do not know the reason. */
  message: string;
  /** When a retry makes sense. */
  retryAfterMs?: number;
}

/** What went wrong, from anything that an Apollo call can reject with. */
export function failureOf(error: unknown): Failure {
  const first = CombinedGraphQLErrors.is(error) ? error.errors[0] : undefined;
  if (first) return failureOfGraphQL(first);
  return { code: "NETWORK", message: error instanceof Error ? error.message : String(error) };
}

export function failureOfGraphQL(error: GraphQLFormattedError): Failure {
  const extensions = error.extensions ?? {};
  const failure: Failure = { code: (extensions.code as ErrorCode | undefined) ?? "INTERNAL", message: error.message };
  if (typeof extensions.field === "string") failure.field = extensions.field;
  if (typeof extensions.reason === "string") failure.reason = extensions.reason;
  if (typeof extensions.arguments === "object" && extensions.arguments !== null)
    failure.arguments = extensions.arguments as Record<string, string | number>;
  if (typeof extensions.retryAfterMs === "number") failure.retryAfterMs = extensions.retryAfterMs;
  return failure;
}

/** Whether the same request, with the same id, may succeed later, and is to be sent again by itself. */
export function isTemporary({ code, reason }: Failure): boolean {
  // Whether to call everyone once more, a minute after somebody did, is for its author to say.
  if (reason === "MENTION_ALL_TOO_OFTEN") return false;
  return code === "NETWORK" || code === "UNAVAILABLE" || code === "RATE_LIMITED" || code === "INTERNAL";
}
