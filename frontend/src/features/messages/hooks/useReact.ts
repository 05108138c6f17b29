import { useApolloClient } from "@apollo/client/react";
import { useMemo } from "react";
import { useSkinTone, withoutTone, withTone } from "@/features/emoji";
import { readOwn } from "@/features/reactions";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { tell } from "@/ui/status";
import { reactionId } from "../model/outboxEntry";

/**
 * Reacts to the messages of a chat, and takes reactions back: shown at once, and kept in the outbox until a service has taken
 * or refused it.
 */
export function useReact(chatId: string) {
  const { outbox } = useSignedIn();
  const { cache } = useApolloClient();
  const [tone] = useSkinTone();
  return useMemo(() => {
    /** `wanted` says in which tone the reaction is to be, by the one that it has or is meant to have; in none if it is to go. */
    const wish = (messageId: string, emoji: string, wanted: (now: string | undefined) => string | undefined) => {
      const told = readOwn(cache, chatId, messageId).find((reaction) => reaction.emoji === emoji)?.variant;
      const earlier = outbox.of("reaction", chatId).find((one) => one.messageId === messageId && one.emoji === emoji);
      const now = earlier ? (earlier.added ? earlier.variant : undefined) : told;
      const variant = wanted(now);
      if (!outbox.hasRoomFor({ kind: "reaction", id: reactionId({ messageId, emoji }) })) {
        tell(t.messages.tooMuchUnsent);
        return;
      }
      const added = variant !== undefined;
      void outbox.react({ chatId, messageId, emoji, variant: variant ?? now ?? emoji, added }, variant === told);
    };
    return {
      /** Takes the own reaction with an emoji back, in whatever tone it is; else joins those who have it. */
      toggle: (messageId: string, emoji: string) =>
        wish(messageId, emoji, (now) => (now === undefined ? withTone(emoji, tone) : undefined)),
      /** Reacts with an emoji as it was chosen. Choosing it once more takes it back, in another tone replaces it. */
      react: (messageId: string, variant: string) =>
        wish(messageId, withoutTone(variant), (now) => (now === variant ? undefined : variant)),
    };
  }, [outbox, cache, chatId, tone]);
}
