import { type FragmentType, unmask } from "@/gql/receiver";
import { SenderNameFragmentDoc } from "@/gql/receiver/graphql";

/** The name of who wrote it as it is now; of someone who is gone, the username they had then. */
export function senderName(masked: FragmentType<typeof SenderNameFragmentDoc>): string {
  const { sender, senderUsername } = unmask(SenderNameFragmentDoc, masked);
  return sender?.displayName ?? senderUsername;
}
