import { messagePreview, type OutboxEntry } from "@/features/messages";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ChatPreviewFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";

/** One line about a chat: its last message, or what it is about while nobody has written. */
export function preview(
  masked: FragmentType<typeof ChatPreviewFragmentDoc>,
  me: string,
  unsent: readonly OutboxEntry[],
): string {
  const chat = unmask(ChatPreviewFragmentDoc, masked);
  // About the chat, and not what somebody said.
  if (!chat.lastMessage) return chat.description || t.chats.noMessages;
  return messagePreview(chat.lastMessage, { me, direct: chat.kind === "DIRECT", unsent });
}

/** Whether anybody has written, as far as the reader may know. */
export const hasMessages = (masked: FragmentType<typeof ChatPreviewFragmentDoc>): boolean =>
  unmask(ChatPreviewFragmentDoc, masked).lastMessage != null;
