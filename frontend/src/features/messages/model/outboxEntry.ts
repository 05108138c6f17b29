import type { Failure } from "@/api/errors";
import type { SettingsIntent } from "@/features/chatSettings";
import type { WishedReaction } from "@/features/reactions";

interface Waiting {
  /** The message, the reaction, or the chat whose settings change: the key by which a retry is the same one, and by which the live event merges with it. */
  id: string;
  chatId: string;
  /** Its place in the order in which everything was written, by a counter of this device. */
  place: number;
  /** Why the queue gave up on it; absent as long as it is on its way. */
  failure?: Failure;
}

/** A message that its author has sent and no service has acknowledged yet. Its id, a UUIDv7, was made here. */
export interface UnsentMessage extends Waiting {
  kind: "message";
  content: string;
  replyToId: string | null;
  /** The message in whose thread it is a reply. */
  threadRootId?: string;
  createdAt: string;
}

/** A new text for an own message. */
export interface UnsentEdit extends Waiting {
  kind: "edit";
  content: string;
  /** The texts that its author has seen and means to replace; none where they said that any will do. */
  replaces?: readonly string[];
}

/** The wish that a message be removed. */
export interface UnsentRemoval extends Waiting {
  kind: "removal";
  /** Counts up while it can still be undone, and is absent from then on. */
  held?: number;
  /** The message was discarded while an attempt to send it had no answer: it may never have arrived. */
  discarded?: boolean;
}

/** What a reaction is to be. */
export interface UnsentReaction extends Waiting, WishedReaction {
  kind: "reaction";
}

/** What the reader wants to be set for a chat. */
export interface UnsentSettings extends Waiting {
  kind: "settings";
  intent: SettingsIntent;
}

/** Something that somebody has said and no service has acknowledged yet. */
export type OutboxEntry = UnsentMessage | UnsentEdit | UnsentRemoval | UnsentReaction | UnsentSettings;

export const PREFIX = "outbox.";

/** One reaction of a person: they have each emoji once on a message, in whatever tone. */
export function reactionId({ messageId, emoji }: Pick<WishedReaction, "messageId" | "emoji">): string {
  return `${messageId} ${emoji}`;
}

/** No message waits for it. */
export const isAside = ({ kind }: Pick<OutboxEntry, "kind">): boolean => kind === "reaction" || kind === "settings";

/** One entry per message and kind, of reactions one per emoji, too, and one for the settings of a chat: a later wish of a kind takes the place of an earlier one. */
export function keyOf({ kind, id }: Pick<OutboxEntry, "kind" | "id">): string {
  return `${PREFIX}${kind}.${id}`;
}
