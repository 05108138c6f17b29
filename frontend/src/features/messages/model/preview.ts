import { type FragmentType, unmask } from "@/gql/receiver";
import { MessagePreviewFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { plainText } from "@/ui/parseMarkdown";
import type { OutboxEntry } from "./outboxEntry";
import { asIntended } from "./rows";
import { senderName } from "./senderName";

/** One line about a message, as its author means it to be. In a chat of two it needs no name. */
export function messagePreview(
  masked: FragmentType<typeof MessagePreviewFragmentDoc>,
  context: { me: string; direct: boolean; unsent: readonly OutboxEntry[] },
): string {
  const message = asIntended(unmask(MessagePreviewFragmentDoc, masked), context.unsent);
  const text = message.removedAt ? t.messages.removedMessage : plainText(message.content ?? "");
  const own = message.senderId === context.me;
  if (message.threadRootId)
    return own ? t.threads.youReplied(text) : t.threads.someoneReplied(senderName(message), text);
  if (own) return t.chats.youSaid(text);
  return context.direct ? text : t.chats.someoneSaid(senderName(message), text);
}
