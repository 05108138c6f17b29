import { useApolloClient, useMutation } from "@apollo/client/react";
import type { CachedParticipantFragment } from "@/gql/receiver/graphql";
import { unmask } from "@/gql/sender";
import {
  AddParticipantsDocument,
  ChangeParticipantRoleDocument,
  ParticipantStateFragmentDoc,
  RemoveParticipantDocument,
  type RemoveParticipantInput,
} from "@/gql/sender/graphql";
import { changesOf } from "@/live/changes";
import { useSignedIn } from "@/session/services";
import { hideParticipant, putParticipants } from "../cache";
import type { Person } from "../components/PeoplePicker";

/** Adds people and shows them at once with the names that the search told. */
export function useAddParticipants(chatId: string) {
  const { cache } = useApolloClient();
  const { me } = useSignedIn();
  const [mutate, { loading }] = useMutation(AddParticipantsDocument, { fetchPolicy: "no-cache" });
  const add = async (people: readonly Person[]) => {
    const changes = changesOf(cache);
    const begun = changes.now();
    const { data } = await mutate({ variables: { input: { chatId, userIds: people.map((person) => person.id) } } });
    const added = unmask(ParticipantStateFragmentDoc, data?.addParticipants.participants ?? []).map((participant) => {
      const person = people.find(({ id }) => id === participant.userId);
      return { ...participant, user: person ? { ...person, __typename: "User" } : null };
    });
    // What events have told meanwhile is newer, and has everyone who is there.
    if (changes.hasChanged(chatId, begun)) return;
    putParticipants(cache, added as unknown as CachedParticipantFragment[], me);
  };
  return { add, loading };
}

/** Removes someone. If an event has told of the chat meanwhile, it has told of this, or of what came after. */
export function useRemoveParticipant() {
  const { cache } = useApolloClient();
  const [mutate] = useMutation(RemoveParticipantDocument);
  return (input: RemoveParticipantInput) => {
    const begun = changesOf(cache).now();
    return mutate({
      variables: { input },
      update(target, { data }) {
        if (data && !changesOf(cache).hasChanged(String(input.chatId), begun))
          hideParticipant(target, data.removeParticipant.chatId, data.removeParticipant.userId);
      },
    });
  };
}

/** The answer carries the participant with the new role, which goes to the cache by its key. */
export const useChangeRole = () => useMutation(ChangeParticipantRoleDocument);
