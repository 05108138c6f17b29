import { useFragment } from "@apollo/client/react";
import { OwnMarkFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";

/** How far the reader has read in a chat; nothing for someone who does not take part. */
export function useOwnMark(chatId: string): number | undefined {
  const { me } = useSignedIn();
  const { data, complete } = useFragment({
    fragment: OwnMarkFragmentDoc,
    fragmentName: "OwnMark",
    from: { __typename: "Participant", chatId, userId: me },
  });
  return complete ? data.lastReadNumber : undefined;
}
