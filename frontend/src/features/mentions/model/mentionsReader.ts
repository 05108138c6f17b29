import { unmask } from "@/gql/receiver";
import { MessageMentionsFragmentDoc } from "@/gql/receiver/graphql";
import type { Mentioning } from "./mentioning";

/** Whether a message of somebody else mentions the reader, by name or with everyone. */
export function mentionsReader(message: Mentioning & { senderId: string; removedAt?: string | null }, me: string) {
  if (message.senderId === me || message.removedAt) return false;
  const { mentionsAll, mentions } = unmask(MessageMentionsFragmentDoc, message);
  return mentionsAll || mentions.some(({ userId }) => userId === me);
}
