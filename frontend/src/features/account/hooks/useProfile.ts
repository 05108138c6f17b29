import { useMutation, useQuery } from "@apollo/client/react";
import { type FragmentType, unmask } from "@/gql/users";
import {
  type AccountFieldsFragment,
  AccountFieldsFragmentDoc,
  ChangePasswordDocument,
  ChangeUsernameDocument,
  DeactivateUserDocument,
  MeDocument,
  RevokeSessionDocument,
  SessionsDocument,
  SetReadReceiptsDocument,
  UpdateProfileDocument,
} from "@/gql/users/graphql";

export type Account = AccountFieldsFragment;

/** The account in an answer. */
export const accountOf = (masked: FragmentType<typeof AccountFieldsFragmentDoc>): Account =>
  unmask(AccountFieldsFragmentDoc, masked);

/** The reader's own account, as soon as it is known. */
export function useAccount(): Account | undefined {
  const { data } = useQuery(MeDocument);
  return data && accountOf(data.me);
}

export const useUpdateProfile = () => useMutation(UpdateProfileDocument);
export const useSetReadReceipts = () => useMutation(SetReadReceiptsDocument);
export const useChangeUsername = () => useMutation(ChangeUsernameDocument);
export const useChangePassword = () => useMutation(ChangePasswordDocument);
export const useDeactivateUser = () => useMutation(DeactivateUserDocument);

/** Ends a session, and takes it out of the list that is shown. */
export function useRevokeSession() {
  return useMutation(RevokeSessionDocument, {
    update(cache, { data }) {
      const revoked = data?.revokeSession.sessionId;
      if (!revoked) return;
      cache.evict({ id: cache.identify({ __typename: "Session", id: revoked })! });
      cache.gc();
    },
  });
}

export const useSessions = () => useQuery(SessionsDocument, { fetchPolicy: "cache-and-network" });
