import { unreadAbove } from "@/features/messages";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ChatRowFragmentDoc, OwnParticipantFragmentDoc } from "@/gql/receiver/graphql";

/** A chat of the list with the own part in it. */
export interface ListedChat {
  node: FragmentType<typeof ChatRowFragmentDoc>;
  participant?: FragmentType<typeof OwnParticipantFragmentDoc> | null;
}

/** How many messages of a chat are left to read. */
export function unreadOf({ node, participant: own }: ListedChat): number {
  return unreadAbove(unmask(OwnParticipantFragmentDoc, own)?.lastReadNumber, unmask(ChatRowFragmentDoc, node));
}
