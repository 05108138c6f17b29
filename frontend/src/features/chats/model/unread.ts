import { type FragmentType, unmask } from "@/gql/receiver";
import { ChatRowFragmentDoc, OwnParticipantFragmentDoc } from "@/gql/receiver/graphql";

/** A chat of the list with the own part in it. */
export interface ListedChat {
  node: FragmentType<typeof ChatRowFragmentDoc>;
  participant?: FragmentType<typeof OwnParticipantFragmentDoc> | null;
}

/** How many messages stand above a read mark and have not been removed; none for someone without a mark. */
export function unreadAbove(
  mark: number | undefined,
  chat: { messageCount: number; removedNumbers: readonly number[] },
): number {
  if (mark === undefined) return 0;
  const removed = chat.removedNumbers.filter((number) => number > mark && number <= chat.messageCount).length;
  return Math.max(0, chat.messageCount - mark - removed);
}

/** How many messages of a chat are left to read. */
export function unreadOf({ node, participant: own }: ListedChat): number {
  return unreadAbove(unmask(OwnParticipantFragmentDoc, own)?.lastReadNumber, unmask(ChatRowFragmentDoc, node));
}
