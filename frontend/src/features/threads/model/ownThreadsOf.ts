import type { ApolloClient } from "@apollo/client";
import { OwnMarkFragmentDoc, ThreadAuthorFragmentDoc } from "@/gql/receiver/graphql";
import { changesOf } from "@/live/changes";
import { OwnThreads } from "./ownThreads";

/** The threads of whoever is signed in. They are read when somebody asks for that, and when a feed begins anew. */
export function ownThreadsOf(client: ApolloClient, me: string): OwnThreads {
  const { cache } = client;
  const threads = new OwnThreads({
    me,
    load: async () => (await import("../requests")).loadOwnThreads(client),
    authorOf: (messageId) =>
      cache.readFragment({
        id: cache.identify({ __typename: "Message", id: messageId })!,
        fragment: ThreadAuthorFragmentDoc,
        fragmentName: "ThreadAuthor",
      })?.senderId,
    chatMark: (chatId) =>
      cache.readFragment({
        id: cache.identify({ __typename: "Participant", chatId, userId: me })!,
        fragment: OwnMarkFragmentDoc,
        fragmentName: "OwnMark",
      })?.lastReadNumber ?? 0,
  });
  threads.onClose(changesOf(cache).restarted.subscribe(() => threads.refreshSoon()));
  return threads;
}
