import type { OutboxEntry } from "@/features/messages";
import { asIntended } from "@/features/messages";
import { unmask } from "@/gql/receiver";
import { type ChatRowFragment, MessageFieldsFragmentDoc, PersonNameFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { plainText } from "@/ui/parseMarkdown";

/** What stands in the line of a chat to which nobody has written: about the chat, and not what somebody said. */
export function aboutChat(chat: ChatRowFragment): string {
  return chat.description || t.chats.noMessages;
}

/** One line about the last message of a chat. In a chat of two it needs no name. */
export function preview(chat: ChatRowFragment, me: string, unsent: readonly OutboxEntry[]): string {
  if (!chat.lastMessage) return aboutChat(chat);
  const message = asIntended(unmask(MessageFieldsFragmentDoc, chat.lastMessage), unsent);
  const text = message.removedAt ? t.messages.removedMessage : plainText(message.content ?? "");
  if (message.senderId === me) return t.chats.youSaid(text);
  if (chat.kind === "DIRECT") return text;
  const sender = message.sender ? unmask(PersonNameFragmentDoc, message.sender).displayName : message.senderUsername;
  return t.chats.someoneSaid(sender, text);
}
