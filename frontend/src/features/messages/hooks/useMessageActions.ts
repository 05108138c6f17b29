import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CachedMessageFragment } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import type { MessageActions } from "../model/messageActions";
import { asIntended } from "../model/rows";
import type { ComposerMode } from "./useComposer";
import type { LoadedMessages } from "./useMessages";
import { useRemoveMessage } from "./useRemoveMessage";

/**
 * What is being done with the messages of a chat: which one is answered or edited in the field, and whose details are open.
 * It asks for the messages as they are by then: the field and the rows are not made anew with every page of them.
 */
export function useMessageActions(chatId: string, conversation: LoadedMessages) {
  const { me, outbox } = useSignedIn();
  const [mode, setMode] = useState<ComposerMode>({ kind: "write" });
  const [detailed, setDetailed] = useState<CachedMessageFragment>();
  const [byKeyboard, setByKeyboard] = useState(false);
  const remove = useRemoveMessage();
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
    };
  }, [find, remove, chatId]);
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
  return { mode, setMode, detailed, closeDetails, byKeyboard, actions, editLast, showNewest };
}
