import { unmask } from "@/gql/receiver";
import { type ChatRowFragment, ParticipantFieldsFragmentDoc, PersonNameFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";

export interface ChatTitle {
  name: string;
  /** What the colour of the avatar belongs to: the other person of a direct chat, else the chat. */
  seed: string;
}

/** What a chat is called: a direct one after the other person, others by their name. */
export function chatTitle(chat: ChatRowFragment, me: string): ChatTitle {
  if (chat.kind !== "DIRECT") return { name: chat.name ?? t.chats.unnamedChat, seed: chat.id };
  const pair = unmask(
    ParticipantFieldsFragmentDoc,
    chat.participants.edges.map((edge) => edge.node),
  );
  const other = pair.find((participant) => participant.userId !== me);
  const user = other?.user ? unmask(PersonNameFragmentDoc, other.user) : undefined;
  return { name: user?.displayName ?? t.participants.deletedUser, seed: other?.userId ?? chat.id };
}
