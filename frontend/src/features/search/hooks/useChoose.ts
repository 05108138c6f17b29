import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { v7 } from "uuid";
import { type Failure, failureOf } from "@/api/errors";
import { useCreateChat } from "@/features/chats";
import { useSignedIn } from "@/session/services";
import type { Hit, Option } from "./useSections";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** When the reader asked to be led to a message. */
    visit?: number;
  }
}

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
  const { at } = useSearch({ strict: false });
  const toMessage = ({ node: { id, chatId, threadRootId } }: Hit) => {
    // To the same address only a state of its own leads once more; it need not be gone back through.
    const there = { search: { at: id }, state: { visit: performance.now() }, replace: at === id };
    if (!threadRootId) return navigate({ to: "/chats/$chatId", params: { chatId }, ...there });
    return navigate({ to: "/chats/$chatId/thread/$rootId", params: { chatId, rootId: threadRootId }, ...there });
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
