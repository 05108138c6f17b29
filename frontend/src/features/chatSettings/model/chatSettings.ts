import { serverClock } from "@/api/serverClock";
import type { NotificationLevel, OwnSettingsFragment } from "@/gql/receiver/graphql";

/** What the reader wants to be set for a chat; what is absent stays as it is. */
export interface SettingsIntent {
  isPinned?: boolean;
  mutedUntil?: string | null;
  archivedUpTo?: number | null;
  unreadFrom?: number | null;
  notificationLevel?: NotificationLevel;
}

/** What is set for a chat, as it is shown. */
export interface ShownSettings {
  /** Since when it is pinned; none if it is not. */
  pinnedAt: string | null;
  /** Until when it is muted; none if it is not, or not any longer. */
  mutedUntil: string | null;
  archived: boolean;
  /** Marked as unread from the message with this number on; none if it is not. */
  unreadFrom: number | null;
  level: NotificationLevel;
}

/** To mute a chat, or not: one that a new message brought back from the archive stays where it is. */
export function muteIntent(settings: ShownSettings, mutedUntil: string | null): SettingsIntent {
  return settings.archived || mutedUntil === null ? { mutedUntil } : { mutedUntil, archivedUpTo: null };
}

/** Until then is for good. */
export const FOR_GOOD = "9999-01-01T00:00:00Z";
/** Pinned here, and no service has said when. */
const JUST_NOW = "9999";

/** What the services have told, and on top of it what the reader wants. */
export function shownSettings(
  told: OwnSettingsFragment | null | undefined,
  intent: SettingsIntent | undefined,
  messageCount: number,
): ShownSettings {
  const {
    pinnedAt = null,
    mutedUntil: until = null,
    archivedUpTo: upTo = null,
    unreadFrom = null,
  } = { ...told, ...intent };
  const mutedUntil = until && Date.parse(until) > serverClock.now() ? until : null;
  return {
    pinnedAt: (intent?.isPinned ?? pinnedAt) ? (pinnedAt ?? JUST_NOW) : null,
    mutedUntil,
    // A new message brings it back, unless it is muted.
    archived: upTo !== null && (mutedUntil !== null || messageCount <= upTo),
    unreadFrom,
    level: intent?.notificationLevel ?? told?.notificationLevel ?? "ALL",
  };
}
