import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { v7 } from "uuid";
import { type Failure, failureOf } from "@/api/errors";
import { useCreateChat } from "@/features/chats";
import { useSignedIn } from "@/session/services";
import type { Hit, Option } from "./useSections";

/**
 * Does what an option stands for: goes to a chat, to somebody, or to a message at its place in its chat or thread; finds more;
 * writes an operator. Whoever goes to a message may want the next one, and stays in the search.
 */
export function useChoose(more: () => void, onLeave: () => void) {
  const navigate = useNavigate();
  const { search } = useSignedIn();
  const { create } = useCreateChat();
  const [failure, setFailure] = useState<Failure>();

  const toChat = (chatId: string) => {
    onLeave();
    void navigate({ to: "/chats/$chatId", params: { chatId } });
  };
  // The one that is there, or a new one.
  const toPerson = async (userId: string) => {
    setFailure(undefined);
    try {
      const chatId = await create({ id: v7(), kind: "DIRECT", participantIds: [userId] });
      if (chatId) toChat(chatId);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  const toMessage = ({ node: { id, chatId, threadRootId } }: Hit) => {
    const there = { at: id };
    if (!threadRootId) return navigate({ to: "/chats/$chatId", params: { chatId }, search: there });
    return navigate({ to: "/chats/$chatId/thread/$rootId", params: { chatId, rootId: threadRootId }, search: there });
  };
  const choose = (option: Option) => {
    if (option.kind === "chat") toChat(option.id);
    else if (option.kind === "person") void toPerson(option.id);
    else if (option.kind === "message") void toMessage(option.hit);
    else if (option.kind === "more") more();
    else search.write(option.operator.typed);
  };
  return { choose, failure };
}
