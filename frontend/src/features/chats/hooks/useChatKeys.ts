import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useSignedIn } from "@/session/services";
import { isComposing, isShortcut, isWriting } from "@/ui/keys";

/** Ctrl+K opens the search and "?" the list of keys; Alt with an arrow goes to the chat above or below in the list. */
export function useChatKeys(chats: readonly { chat: { id: string } }[], showKeys: () => void): void {
  const navigate = useNavigate();
  const { search } = useSignedIn();
  const { chatId } = useParams({ strict: false });
  const latest = useRef({ chats, chatId, showKeys });
  useEffect(() => {
    latest.current = { chats, chatId, showKeys };
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isComposing(event)) return;
      const { chats, chatId, showKeys } = latest.current;
      const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (isShortcut(event, "k")) search.open();
      else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !isWriting(event.target)) showKeys();
      else if (event.altKey && plain && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
        const here = chats.findIndex(({ chat }) => chat.id === chatId);
        const next = chats[here + (event.key === "ArrowUp" ? -1 : 1)];
        if (!next || (here < 0 && event.key === "ArrowUp")) return;
        void navigate({ to: "/chats/$chatId", params: { chatId: next.chat.id } });
      } else return;
      event.preventDefault();
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [navigate, search]);
}
