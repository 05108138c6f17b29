import type { ApolloCache } from "@apollo/client";
import type { TypePolicies } from "@apollo/client/cache";
import { accountLive } from "@/features/account";
import { chatSettingsLive, chatSettingsPolicies } from "@/features/chatSettings";
import { chatLive, chatPolicies } from "@/features/chats";
import { forgetListOfMentions, mentionLive, mentionPolicies } from "@/features/mentions";
import { forgetMessages, messageLive, messagePolicies } from "@/features/messages";
import { participantLive, participantPolicies } from "@/features/participants";
import { forgetPins, pinLive, pinPolicies } from "@/features/pins";
import { forgetReactions, reactionLive, reactionPolicies } from "@/features/reactions";
import { receiptLive, receiptPolicies } from "@/features/receipts";
import { threadLive, threadPolicies } from "@/features/threads";
import { typingLive } from "@/features/typing";
import type { AnyLiveHandlers, LiveKind } from "@/live/handlers";

/** What a feature adds to the application. Its event kinds are asked for in `inbox.receiver.graphql` beside this file. */
interface Feature {
  /** How the cache keeps the feature's types and fields. */
  policies?: TypePolicies;
  /** What the feature does about live events and signals. */
  live?: AnyLiveHandlers;
  /** Forgets what the feature has loaded of a chat, beyond what the list of chats shows. */
  forget?: (cache: ApolloCache, chatId: string) => void;
}

/** The one list of features. Where several handle one kind of event, they do so in this order. */
const features = {
  account: { live: accountLive },
  chats: { policies: chatPolicies, live: chatLive },
  chatSettings: { policies: chatSettingsPolicies, live: chatSettingsLive },
  participants: { policies: participantPolicies, live: participantLive },
  receipts: { policies: receiptPolicies, live: receiptLive },
  reactions: { policies: reactionPolicies, live: reactionLive, forget: forgetReactions },
  threads: { policies: threadPolicies, live: threadLive },
  messages: { policies: messagePolicies, live: messageLive, forget: forgetMessages },
  mentions: { policies: mentionPolicies, live: mentionLive, forget: forgetListOfMentions },
  pins: { policies: pinPolicies, live: pinLive, forget: forgetPins },
  typing: { live: typingLive },
} satisfies Record<string, Feature>;

const all: readonly Feature[] = Object.values(features);

export const policies: readonly TypePolicies[] = all.map((feature) => feature.policies ?? {});

export const liveHandlers: readonly AnyLiveHandlers[] = all.map((feature) => feature.live ?? {});

/** Forgets what is loaded of a chat: its feed was reset, or what is shown of it comes from an old copy. */
export function forgetChat(cache: ApolloCache, chatId: string): void {
  for (const { forget } of all) forget?.(cache, chatId);
}

/** The kinds of event and signal that no feature handles, and why. */
export const IGNORED = {
  SessionRevoked: "the service ends the session's connection itself, and the next token is refused",
  UnknownEvent: "a kind of tomorrow is only a position",
} as const satisfies Partial<Record<LiveKind, string>>;

type KindsOf<Handlers> = Handlers extends Record<string, unknown> ? keyof Handlers : never;
type HandledBy<Live> = Live extends { apply?: infer Apply; notify?: infer Notify }
  ? KindsOf<Apply> | KindsOf<Notify>
  : never;
type Lives<F = (typeof features)[keyof typeof features]> = F extends { live: infer Live } ? Live : never;

/** A kind that is neither handled nor ignored does not compile: it is named here. */
null as unknown as Exclude<LiveKind, HandledBy<Lives> | keyof typeof IGNORED> satisfies never;
