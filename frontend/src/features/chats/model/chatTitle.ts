import { type FragmentType, unmask } from "@/gql/receiver";
import { ChatTitleFragmentDoc, PersonNameFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";

export interface ChatTitle {
  name: string;
  /** What the colour of the avatar belongs to: the other person of a direct chat, else the chat. */
  seed: string;
  /** Of the other person of a direct chat. */
  username?: string;
}

/** What a chat is called: a direct one after the other person, others by their name. */
export function chatTitle(masked: FragmentType<typeof ChatTitleFragmentDoc>, me: string): ChatTitle {
  const chat = unmask(ChatTitleFragmentDoc, masked);
  if (chat.kind !== "DIRECT") return { name: chat.name ?? t.chats.unnamedChat, seed: chat.id };
  const other = chat.participants.edges.map((edge) => edge.node).find(({ userId }) => userId !== me);
  if (!other?.user) return { name: t.participants.deletedUser, seed: other?.userId ?? chat.id };
  const { displayName, username } = unmask(PersonNameFragmentDoc, other.user);
  return { name: displayName, seed: other.userId, username };
}
