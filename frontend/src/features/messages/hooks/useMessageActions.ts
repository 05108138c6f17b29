import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { unmask } from "@/gql/receiver";
import { type CachedMessageFragment, ReactionChipsFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import type { GivenActions, Pinning } from "../model/messageActions";
import { asIntended } from "../model/rows";
import type { ComposerMode } from "./useComposer";
import { useMarkUnread } from "./useMarkUnread";
import type { LoadedMessages } from "./useMessages";
import { useOpenThread } from "./useOpenThread";
import { useReact } from "./useReact";
import { useRefusedReactions } from "./useRefusedReactions";
import { useRemoveMessage } from "./useRemoveMessage";

/**
 * What is being done with the messages of a chat, or with those of a thread that `root` starts: which one is answered or edited
 * in the field, pinned if the reader may, and whose details or reactions are shown.
 * It asks for the messages as they are by then: the field and the rows are not made anew with every page of them.
 */
export function useMessageActions(
  chatId: string,
  conversation: LoadedMessages,
  { root, pinning }: { root?: CachedMessageFragment; pinning: Pinning | undefined },
) {
  const { me, outbox } = useSignedIn();
  const [mode, setMode] = useState<ComposerMode>({ kind: "write" });
  const [detailed, setDetailed] = useState<CachedMessageFragment>();
  const [reacted, setReacted] = useState<{ id: string; emoji: string | undefined }>();
  const [byKeyboard, setByKeyboard] = useState(false);
  const remove = useRemoveMessage();
  const { react, toggle } = useReact(chatId);
  useRefusedReactions();
  const openThread = useOpenThread(chatId);
  const markUnread = useMarkUnread(chatId);
  const inThread = root !== undefined;
  const latest = useRef({ conversation, root });
  useEffect(() => {
    latest.current = { conversation, root };
  }, [conversation, root]);
  /** The last message that passes, as its author means it to be. */
  const find = useCallback(
    (passes: (message: CachedMessageFragment) => boolean) => {
      const { conversation, root } = latest.current;
      const messages = root ? [root, ...conversation.messages] : conversation.messages;
      return messages.map((message) => asIntended(message, outbox.entries.get())).findLast(passes);
    },
    [outbox],
  );
  const actions = useMemo<GivenActions>(() => {
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
      openThread,
      markUnread: inThread ? undefined : markUnread,
      pinning,
      react,
      toggleReaction: toggle,
      whoReacted: (id, emoji) => setReacted({ id, emoji }),
    };
  }, [find, remove, react, toggle, openThread, markUnread, inThread, pinning, chatId]);
  const rootId = root?.id;
  const editLast = useCallback(() => {
    // The last one may still be on its way: the one before is not what they mean.
    if (outbox.of("message", chatId).length > 0) return;
    const message = find((one) => one.senderId === me && !one.removedAt && (one.threadRootId ?? undefined) === rootId);
    if (message) setMode({ kind: "edit", message });
  }, [chatId, rootId, find, me, outbox]);
  const showNewest = useCallback(() => {
    latest.current.conversation
      .jumpToNewest()
      .catch((error) => console.warn("the newest messages could not be loaded", error));
  }, []);
  const closeDetails = () => setDetailed(undefined);
  const closeReacted = useCallback(() => setReacted(undefined), []);
  const message = reacted && [...conversation.messages, ...(root ? [root] : [])].find(({ id }) => id === reacted.id);
  const counts = JSON.stringify(unmask(ReactionChipsFragmentDoc, message)?.reactionGroups);
  const whoReacted = reacted && { chatId, messageId: reacted.id, emoji: reacted.emoji, counts, onClose: closeReacted };
  return { mode, setMode, detailed, closeDetails, whoReacted, byKeyboard, actions, editLast, showNewest };
}
