import { type GraphQLFormattedError, print } from "graphql";
import { type Failure, failureOfGraphQL } from "@/api/errors";
import { INSTANCE_HEADER, pinnedInstance } from "@/api/instance";
import { serviceOf } from "@/api/routing";
import { unmask } from "@/gql/users";
import {
  AccountFieldsFragmentDoc,
  RefreshSessionDocument,
  type RefreshSessionMutation,
  type SignedInFragment,
  SignedInFragmentDoc,
} from "@/gql/users/graphql";
import type { Grant } from "./session";

/** The session's part of what signing in, signing up and refreshing answer. */
export function grantOf(payload: SignedInFragment): Grant {
  return {
    accessToken: payload.accessToken,
    accessTokenExpiresAt: payload.accessTokenExpiresAt,
    refreshToken: payload.refreshToken,
    deviceToken: payload.deviceToken,
    userId: unmask(AccountFieldsFragmentDoc, payload.account).user.id,
  };
}

/** Whoever waits for a token must not wait for ever. */
const ANSWER_WITHIN_MS = 15_000;

/**
 * Exchanges a refresh token, beneath Apollo: its links wait for the very token that this fetches.
 * Rejects with a `Failure`.
 */
export async function refreshGrant(refreshToken: string, requestId: string): Promise<Grant> {
  const pin = pinnedInstance();
  let body: { data?: RefreshSessionMutation | null; errors?: GraphQLFormattedError[] };
  try {
    const response = await fetch(`/${serviceOf(RefreshSessionDocument)}/graphql`, {
      method: "POST",
      credentials: "omit",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        "content-type": "application/json",
        accept: "application/graphql-response+json, application/json",
        ...(pin && { [INSTANCE_HEADER]: pin }),
      },
      body: JSON.stringify({ query: print(RefreshSessionDocument), variables: { input: { refreshToken, requestId } } }),
    });
    body = await response.json();
  } catch (error) {
    throw { code: "NETWORK", message: String(error) } satisfies Failure;
  }
  const [error] = body.errors ?? [];
  if (error) throw failureOfGraphQL(error);
  if (!body.data) throw { code: "INTERNAL", message: "an answer without data" } satisfies Failure;
  return grantOf(unmask(SignedInFragmentDoc, body.data.refreshSession));
}
