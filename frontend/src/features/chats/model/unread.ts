import { type FragmentType, unmask } from "@/gql/receiver";
import { ChatRowFragmentDoc, OwnParticipantFragmentDoc } from "@/gql/receiver/graphql";

/** A chat of the list with the own part in it. */
export interface ListedChat {
  node: FragmentType<typeof ChatRowFragmentDoc>;
  participant?: FragmentType<typeof OwnParticipantFragmentDoc> | null;
}

/** How many messages stand after the own read mark. */
export function unreadOf({ node, participant: own }: ListedChat): number {
  const participant = unmask(OwnParticipantFragmentDoc, own);
  return participant ? Math.max(0, unmask(ChatRowFragmentDoc, node).messageCount - participant.lastReadNumber) : 0;
}
