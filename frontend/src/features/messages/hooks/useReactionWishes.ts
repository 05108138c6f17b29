import { useMemo } from "react";
import type { ReactionWish } from "@/features/reactions";
import type { OutboxEntry } from "../model/outboxEntry";

/** What the reader means their reactions to be and no service has acknowledged yet, by message. */
export function useReactionWishes(unsent: readonly OutboxEntry[]): ReadonlyMap<string, readonly ReactionWish[]> {
  return useMemo(() => {
    const wishes = new Map<string, ReactionWish[]>();
    for (const entry of unsent) {
      if (entry.kind !== "reaction" || entry.failure) continue;
      wishes.set(entry.messageId, [...(wishes.get(entry.messageId) ?? []), entry]);
    }
    return wishes;
  }, [unsent]);
}
