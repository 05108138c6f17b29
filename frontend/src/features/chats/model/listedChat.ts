import { type SettingsIntent, type ShownSettings, shownSettings } from "@/features/chatSettings";
import { unreadMentions } from "@/features/mentions";
import { unreadAbove } from "@/features/messages";
import { type FragmentType, unmask } from "@/gql/receiver";
import {
  type CachedChatFragment,
  CachedChatFragmentDoc,
  ChatPageFragmentDoc,
  OwnParticipantFragmentDoc,
  OwnSettingsFragmentDoc,
  type ParticipantRole,
} from "@/gql/receiver/graphql";
import { type ChatTitle, chatTitle } from "./chatTitle";

/** A chat with the caller's own part in it. */
export interface ListedChat {
  chat: CachedChatFragment;
  title: ChatTitle;
  /** The own role and read mark; none for someone who does not take part. */
  role: ParticipantRole | undefined;
  mark: number | undefined;
  /** How many messages are left to read. */
  unread: number;
  /** How many of those mention the caller. */
  mentioned: number;
  settings: ShownSettings;
}

export function listedChat(
  masked: FragmentType<typeof CachedChatFragmentDoc>,
  participant: FragmentType<typeof OwnParticipantFragmentDoc> | null | undefined,
  me: string,
  intent?: SettingsIntent,
): ListedChat {
  const chat = unmask(CachedChatFragmentDoc, masked);
  const own = unmask(OwnParticipantFragmentDoc, participant);
  const mark = own?.lastReadNumber;
  const numbers = unmask(ChatPageFragmentDoc, chat);
  const unread = unreadAbove(mark, numbers);
  const mentioned = unreadMentions(mark, numbers);
  const settings = shownSettings(unmask(OwnSettingsFragmentDoc, chat.settings), intent, chat.messageCount);
  return { chat, title: chatTitle(chat, me), role: own?.role, mark, unread, mentioned, settings };
}
