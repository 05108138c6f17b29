import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { isComposing, isShortcut, isWriting } from "@/ui/keys";

/** Ctrl+K and "?" open a dialog; Alt with an arrow goes to the chat above or below in the list. */
export function useChatKeys(
  chats: readonly { chat: { id: string } }[],
  open: (dialog: "switch" | "keys") => void,
): void {
  const navigate = useNavigate();
  const { chatId } = useParams({ strict: false });
  const latest = useRef({ chats, chatId, open });
  useEffect(() => {
    latest.current = { chats, chatId, open };
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (isComposing(event)) return;
      const { chats, chatId, open } = latest.current;
      const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (isShortcut(event, "k")) open("switch");
      else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !isWriting(event.target)) open("keys");
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
  }, [navigate]);
}
