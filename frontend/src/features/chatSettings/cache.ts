import type { ApolloCache } from "@apollo/client";
import type { TypePolicies } from "@apollo/client/cache";
import { type OwnSettingsFragment, OwnSettingsFragmentDoc } from "@/gql/receiver/graphql";

export const policies: TypePolicies = {
  // A copy that an earlier version kept on this device has none.
  Chat: { fields: { settings: { read: (existing) => existing ?? null } } },
  ChatSettings: { keyFields: ["chatId"] },
};

const entry = (cache: ApolloCache, chatId: string) => ({
  id: cache.identify({ __typename: "ChatSettings", chatId })!,
  fragment: OwnSettingsFragmentDoc,
  fragmentName: "OwnSettings",
});

/** What the services have told of a chat, if they have. */
export const knownSettings = (cache: ApolloCache, chatId: string) => cache.readFragment(entry(cache, chatId));

/** Writes what is set for a chat, whichever device has set it. */
export function putSettings(cache: ApolloCache, data: OwnSettingsFragment): void {
  cache.writeFragment({ ...entry(cache, data.chatId), data });
}
