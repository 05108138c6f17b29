import { type FragmentType, unmask } from "@/gql/receiver";
import { PersonNameFragmentDoc } from "@/gql/receiver/graphql";

/** The name of who wrote it as it is now; of someone who is gone, the username they had then. */
export function senderName(message: {
  senderUsername: string;
  sender?: FragmentType<typeof PersonNameFragmentDoc> | null;
}): string {
  return message.sender ? unmask(PersonNameFragmentDoc, message.sender).displayName : message.senderUsername;
}
