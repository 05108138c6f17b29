import { useApolloClient, useMutation } from "@apollo/client/react";
import { useSignedIn } from "@/app/antiphon";
import type { ParticipantFieldsFragment } from "@/gql/receiver/graphql";
import { unmask } from "@/gql/sender";
import {
  AddParticipantsDocument,
  ChangeParticipantRoleDocument,
  ParticipantStateFragmentDoc,
  RemoveParticipantDocument,
} from "@/gql/sender/graphql";
import type { Person } from "../components/PeoplePicker";
import { hideParticipant, putParticipants } from "../model/participantCache";

/** Adds people and shows them at once with the names that the search told. */
export function useAddParticipants(chatId: string) {
  const { cache } = useApolloClient();
  const { me } = useSignedIn();
  const [mutate, { loading }] = useMutation(AddParticipantsDocument, { fetchPolicy: "no-cache" });
  const add = async (people: readonly Person[]) => {
    const { data } = await mutate({ variables: { input: { chatId, userIds: people.map((person) => person.id) } } });
    const added = unmask(ParticipantStateFragmentDoc, data?.addParticipants.participants ?? []).map((participant) => {
      const person = people.find(({ id }) => id === participant.userId);
      return { ...participant, user: person ? { ...person, __typename: "User" } : null };
    });
    putParticipants(cache, added as unknown as ParticipantFieldsFragment[], me);
  };
  return { add, loading };
}

export function useRemoveParticipant() {
  return useMutation(RemoveParticipantDocument, {
    update(cache, { data }) {
      if (data) hideParticipant(cache, data.removeParticipant.chatId, data.removeParticipant.userId);
    },
  });
}

/** The answer carries the participant with the new role, which goes to the cache by its key. */
export const useChangeRole = () => useMutation(ChangeParticipantRoleDocument);
