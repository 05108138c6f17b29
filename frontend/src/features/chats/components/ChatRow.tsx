import { Link } from "@tanstack/react-router";
import { lazy, type MouseEvent, Suspense, useState } from "react";
import { useStore } from "@/api/store";
import type { UnsentMessage } from "@/features/messages";
import { useDraft } from "@/features/messages";
import { useTypingNames } from "@/features/typing";
import { unmask } from "@/gql/receiver";
import { ChatRowFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { briefTime, fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { MutedIcon, PinIcon } from "@/ui/icons";
import { plainText } from "@/ui/parseMarkdown";
import { useToday } from "@/ui/today";
import type { ListedChat } from "../model/listedChat";
import { hasMessages, preview } from "../model/preview";
import styles from "./ChatRow.module.css";
import type { Place } from "./ChatRowMenu";

const ChatRowMenu = lazy(() => import("./ChatRowMenu"));

export function ChatRow({ listed }: { listed: ListedChat }) {
  const { me, outbox, lookedAt } = useSignedIn();
  const { title } = listed;
  const chat = unmask(ChatRowFragmentDoc, listed.chat);
  const entries = useStore(outbox.entries);
  const unsent = entries.findLast((entry) => entry.kind === "message" && entry.chatId === chat.id) as
    | UnsentMessage
    | undefined;
  const draft = useDraft(chat.id);
  const typing = useTypingNames(chat.id);
  const { pinnedAt, mutedUntil, unreadFrom } = listed.settings;
  // What is before one's eyes is not unread, also while no service can be told.
  const looking = useStore(lookedAt) === chat.id;
  const unread = looking ? 0 : listed.unread;
  const marked = unread === 0 && unreadFrom !== null && !looking;
  const mentioned = looking ? 0 : listed.mentioned;
  const about = !hasMessages(listed.chat) && !unsent && !draft && typing.length === 0;
  const text = () => {
    if (typing.length > 0) return t.typing.typing(typing);
    if (draft) return t.chats.draft(plainText(draft));
    return unsent ? t.chats.youSaid(plainText(unsent.content)) : preview(listed.chat, me, entries);
  };
  const [menu, setMenu] = useState<Place>();
  const at = chat.lastMessageAt ?? chat.createdAt;
  useToday();
  const openMenu = (event: MouseEvent<HTMLElement>) => {
    event.preventDefault();
    // From the keyboard there is no place: beneath the row.
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    const pointed = event.clientX > 0 || event.clientY > 0;
    setMenu(pointed ? { x: event.clientX, y: event.clientY } : { x: left + 16, y: bottom });
  };
  const row = (
    <Link
      to="/chats/$chatId"
      params={{ chatId: chat.id }}
      className={styles.row}
      activeProps={{ "aria-current": "page" }}
      data-unread={unread > 0 || marked || undefined}
      onContextMenu={openMenu}
    >
      <Avatar name={title.name} seed={title.seed} size={46} />
      <span className={styles.text}>
        <span className={styles.line}>
          <span className={styles.name} dir="auto">
            {title.name}
          </span>
          {pinnedAt && (
            <span className={styles.mark} role="img" aria-label={t.chatSettings.pinned}>
              <PinIcon size={14} />
            </span>
          )}
          {mutedUntil && (
            <span className={styles.mark} role="img" aria-label={t.chatSettings.muted}>
              <MutedIcon size={14} />
            </span>
          )}
          <time className={styles.time} dateTime={at} title={fullTime(at)}>
            {briefTime(at)}
          </time>
        </span>
        <span className={styles.line}>
          <span
            className={styles.preview}
            dir="auto"
            data-live={typing.length > 0 || undefined}
            data-about={about || undefined}
          >
            {text()}
          </span>
          {mentioned > 0 && (
            <span className={styles.mentioned} role="img" aria-label={t.mentions.ofYouCount(mentioned)}>
              @{mentioned > 1 && (mentioned > 99 ? "99+" : mentioned)}
            </span>
          )}
          {marked && (
            <span
              className={styles.badge}
              data-muted={mutedUntil ? true : undefined}
              role="img"
              aria-label={t.chatSettings.markedUnread}
            />
          )}
          {unread > 0 && (
            <span
              className={styles.badge}
              data-muted={mutedUntil ? true : undefined}
              role="img"
              aria-label={t.chats.unread(unread)}
            >
              {unread > 999 ? "999+" : unread}
            </span>
          )}
        </span>
      </span>
    </Link>
  );
  return (
    <>
      {row}
      {menu && (
        <Suspense>
          <ChatRowMenu listed={listed} place={menu} onClose={() => setMenu(undefined)} />
        </Suspense>
      )}
    </>
  );
}
