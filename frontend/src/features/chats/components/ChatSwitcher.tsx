import { Modal, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useState } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { folded } from "@/ui/folded";
import { isComposing, shortcutName } from "@/ui/keys";
import { useChats } from "../hooks/useChats";
import { preview } from "../model/preview";
import styles from "./ChatSwitcher.module.css";

/** More than one can take in at a glance is found by typing on. */
const MAX_SHOWN = 8;

/** At once, not after the dialog has opened: whoever types at once means this field. */
const focus = (field: HTMLInputElement | null) => field?.focus();

/** Goes to another chat by a few letters of its name, without leaving the keyboard. */
export default function ChatSwitcher({ onClose }: { onClose(): void }) {
  const navigate = useNavigate();
  const { me, outbox } = useSignedIn();
  const unsent = useStore(outbox.entries);
  const { chats } = useChats();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const words = folded(query).split(/\s+/).filter(Boolean);
  const found = chats
    .filter(({ title }) => words.every((word) => folded(title.name).includes(word)))
    .slice(0, MAX_SHOWN)
    .map(({ chat, title, unread }) => ({
      id: chat.id,
      ...title,
      preview: preview(chat, me, unsent),
      unread,
    }));
  const chosen = Math.min(at, found.length - 1);

  const go = (chatId: string | undefined) => {
    if (!chatId) return;
    onClose();
    void navigate({ to: "/chats/$chatId", params: { chatId } });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Enter") go(found[chosen]?.id);
    else if (event.key === "ArrowDown") setAt(Math.min(chosen + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(chosen - 1, 0));
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={onClose} title={t.chats.switchChat} closeButtonProps={{ "aria-label": t.ui.close }}>
      <TextInput
        ref={focus}
        data-autofocus
        role="combobox"
        aria-expanded={found.length > 0}
        aria-controls="switcher-chats"
        aria-activedescendant={found[chosen] && `switcher-${found[chosen].id}`}
        aria-label={t.chats.switchChatField}
        placeholder={t.chats.switchChatField}
        rightSection={<kbd className={styles.key}>{shortcutName("K")}</kbd>}
        rightSectionWidth={72}
        value={query}
        onChange={(event) => {
          setQuery(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="switcher-chats" role="listbox" aria-label={t.chats.chats} className={styles.chats}>
        {found.map((chat, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus
          <div
            key={chat.id}
            id={`switcher-${chat.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={styles.chat}
            // One row is marked, whoever moves the mark. A list that comes under a resting pointer moves nothing.
            onPointerMove={() => setAt(index)}
            onClick={() => go(chat.id)}
          >
            <Avatar name={chat.name} seed={chat.seed} size={32} />
            <span className={styles.words}>
              <span className={styles.name} dir="auto">
                {chat.name}
              </span>
              <span className={styles.preview} dir="auto">
                {chat.preview}
              </span>
            </span>
            {chat.unread > 0 && (
              <span className={styles.badge} role="img" aria-label={t.chats.unread(chat.unread)}>
                {chat.unread > 999 ? "999+" : chat.unread}
              </span>
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && <p className={styles.nothing}>{t.chats.noSuchChat}</p>}
      <p className={styles.foot}>{t.chats.keysHint}</p>
    </Modal>
  );
}
