import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { unmask } from "@/gql/receiver";
import { type CachedMessageFragment, ReactionChipsFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import type { MessageActions } from "../model/messageActions";
import { asIntended } from "../model/rows";
import type { ComposerMode } from "./useComposer";
import type { LoadedMessages } from "./useMessages";
import { useReact } from "./useReact";
import { useRefusedReactions } from "./useRefusedReactions";
import { useRemoveMessage } from "./useRemoveMessage";

/**
 * What is being done with the messages of a chat: which one is answered or edited in the field, and whose details or reactions
 * are shown.
 * It asks for the messages as they are by then: the field and the rows are not made anew with every page of them.
 */
export function useMessageActions(chatId: string, conversation: LoadedMessages) {
  const { me, outbox } = useSignedIn();
  const [mode, setMode] = useState<ComposerMode>({ kind: "write" });
  const [detailed, setDetailed] = useState<CachedMessageFragment>();
  const [reacted, setReacted] = useState<{ id: string; emoji: string | undefined }>();
  const [byKeyboard, setByKeyboard] = useState(false);
  const remove = useRemoveMessage();
  const { react, toggle } = useReact(chatId);
  useRefusedReactions();
  const latest = useRef(conversation);
  useEffect(() => {
    latest.current = conversation;
  }, [conversation]);
  /** The last message that passes, as its author means it to be. */
  const find = useCallback(
    (passes: (message: CachedMessageFragment) => boolean) =>
      latest.current.messages.map((message) => asIntended(message, outbox.entries.get())).findLast(passes),
    [outbox],
  );
  const actions = useMemo<Omit<MessageActions, "jumpTo">>(() => {
    const withMessage = (id: string, act: (message: CachedMessageFragment) => void) => {
      const message = find((one) => one.id === id);
      if (message) act(message);
    };
    return {
      reply: (id) => withMessage(id, (message) => setMode({ kind: "reply", message })),
      edit: (id) => withMessage(id, (message) => setMode({ kind: "edit", message })),
      remove: (id, { keyboard }) => {
        setByKeyboard(keyboard);
        remove(id, chatId);
      },
      details: (id) => withMessage(id, setDetailed),
      react,
      toggleReaction: toggle,
      whoReacted: (id, emoji) => setReacted({ id, emoji }),
    };
  }, [find, remove, react, toggle, chatId]);
  const editLast = useCallback(() => {
    // The last one may still be on its way: the one before is not what they mean.
    if (outbox.of("message", chatId).length > 0) return;
    const message = find((one) => one.senderId === me && !one.removedAt);
    if (message) setMode({ kind: "edit", message });
  }, [chatId, find, me, outbox]);
  const showNewest = useCallback(() => {
    latest.current.jumpToNewest().catch((error) => console.warn("the newest messages could not be loaded", error));
  }, []);
  const closeDetails = () => setDetailed(undefined);
  const closeReacted = useCallback(() => setReacted(undefined), []);
  const message = reacted && conversation.messages.find(({ id }) => id === reacted.id);
  const counts = JSON.stringify(unmask(ReactionChipsFragmentDoc, message)?.reactionGroups);
  const whoReacted = reacted && { chatId, messageId: reacted.id, emoji: reacted.emoji, counts, onClose: closeReacted };
  return { mode, setMode, detailed, closeDetails, whoReacted, byKeyboard, actions, editLast, showNewest };
}
