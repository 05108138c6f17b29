import { ActionIcon, Skeleton, UnstyledButton } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useAccount } from "@/features/account";
import { ConnectionLine } from "@/features/connection";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { CompassIcon, ComposeIcon, EditIcon, SearchIcon, UnreadIcon } from "@/ui/icons";
import { shortcutName } from "@/ui/keys";
import { useUnreadTitle } from "@/ui/pageTitle";
import { useOnePane } from "@/ui/pointer";
import { useChatKeys } from "../hooks/useChatKeys";
import { useChats } from "../hooks/useChats";
import { unreadCount } from "../model/unreadCount";
import { ArchivedChats } from "./ArchivedChats";
import { ChatRow } from "./ChatRow";
import { MentionsLink } from "./MentionsLink";
import styles from "./Sidebar.module.css";
import { ThreadsLink } from "./ThreadsLink";

const NewChatDialog = lazy(() => import("./NewChatDialog"));
const FirstSteps = lazy(() => import("./FirstSteps"));
const NothingUnread = lazy(() => import("./NothingUnread"));
const KeysDialog = lazy(() => import("./KeysDialog"));

export function Sidebar() {
  const account = useAccount();
  const { chats, loaded } = useChats();
  const listed = chats.filter(({ settings }) => !settings.archived);
  const [unreadOnly, setUnreadOnly] = useState(false);
  const { chatId: open } = useParams({ strict: false });
  // The open one stays while it is being read.
  const shown = unreadOnly
    ? listed.filter(({ chat, unread, settings }) => unread > 0 || settings.unreadFrom !== null || chat.id === open)
    : listed;
  const onePane = useOnePane();
  const { search } = useSignedIn();
  const [dialog, setDialog] = useState<"new" | "keys">();
  useChatKeys(shown, () => setDialog("keys"));
  useUnreadTitle(unreadCount(chats));
  const close = () => setDialog(undefined);
  return (
    <nav className={styles.sidebar} aria-label={t.chats.chats}>
      <header className={styles.head}>
        <UnstyledButton component={Link} to="/profile" className={styles.me} aria-label={t.account.profile}>
          <Avatar name={account?.user.displayName ?? "…"} seed={account?.user.id ?? ""} size={36} />
        </UnstyledButton>
        <h1 className={styles.title}>{t.chats.chats}</h1>
        <ActionIcon
          aria-label={t.search.search}
          aria-keyshortcuts="Control+K"
          title={`${t.search.search} (${shortcutName("K")})`}
          onClick={() => search.open()}
        >
          <SearchIcon />
        </ActionIcon>
        <ActionIcon component={Link} to="/discover" aria-label={t.chats.findPublic} title={t.chats.findPublic}>
          <CompassIcon />
        </ActionIcon>
        <ActionIcon aria-label={t.chats.newChat} title={t.chats.newChat} onClick={() => setDialog("new")}>
          <ComposeIcon />
        </ActionIcon>
      </header>
      <ConnectionLine />
      {loaded !== "yes" && chats.length === 0 && <ListSkeleton failed={loaded === "failed"} />}
      <Suspense>
        {loaded === "yes" && chats.length === 0 && onePane && <FirstSteps />}
        {dialog === "new" && <NewChatDialog onClose={close} />}
        {dialog === "keys" && <KeysDialog onClose={close} />}
      </Suspense>
      {chats.length > 0 && (
        <div className={styles.views}>
          <ThreadsLink chats={chats} />
          <MentionsLink chats={chats} />
          <Link
            to="/my-messages"
            className={styles.view}
            data-icon
            activeProps={{ "aria-current": "page" }}
            aria-label={t.chats.myMessages}
            title={t.chats.myMessages}
          >
            <EditIcon size={18} />
          </Link>
          <UnstyledButton
            className={styles.view}
            data-icon
            aria-pressed={unreadOnly}
            aria-label={t.chats.onlyUnread}
            title={t.chats.onlyUnread}
            onClick={() => setUnreadOnly(!unreadOnly)}
          >
            <UnreadIcon size={18} />
          </UnstyledButton>
        </div>
      )}
      {chats.length > 0 && (
        <ul className={styles.list}>
          {chats.length > listed.length && !unreadOnly && (
            <Suspense>
              <ArchivedChats chats={chats} />
            </Suspense>
          )}
          {shown.map((one) => (
            <li key={one.chat.id}>
              <ChatRow listed={one} />
            </li>
          ))}
          {unreadOnly && shown.length === 0 && (
            <Suspense>
              <NothingUnread onShowAll={() => setUnreadOnly(false)} />
            </Suspense>
          )}
        </ul>
      )}
    </nav>
  );
}

function ListSkeleton({ failed }: { failed: boolean }) {
  return (
    <div className={styles.skeletons} aria-busy="true">
      {failed && <p className={styles.failed}>{t.chats.listFailed}</p>}
      {[70, 55, 80, 60, 45].map((width) => (
        <div key={width} className={styles.skeleton}>
          <Skeleton height={46} circle />
          <div className={styles.skeletonText}>
            <Skeleton height={12} width={`${width}%`} />
            <Skeleton height={10} width="85%" />
          </div>
        </div>
      ))}
    </div>
  );
}
