import { ActionIcon, Button, Skeleton, UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useState } from "react";
import { useAccount } from "@/features/account/hooks/useProfile";
import { ConnectionLine } from "@/features/connection/components/ConnectionLine";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { EmptyState } from "@/ui/EmptyState";
import { BubbleIcon, CompassIcon, ComposeIcon, SearchIcon } from "@/ui/icons";
import { useChats } from "../hooks/useChats";
import { useSwitcherKey } from "../hooks/useSwitcherKey";
import { useUnreadTitle } from "../hooks/useUnreadTitle";
import { ChatRow } from "./ChatRow";
import styles from "./Sidebar.module.css";

const NewChatDialog = lazy(() => import("./NewChatDialog"));
const ChatSwitcher = lazy(() => import("./ChatSwitcher"));

export function Sidebar() {
  const account = useAccount();
  const { edges, loaded } = useChats();
  const [creating, setCreating] = useState(false);
  const [switching, setSwitching] = useState(false);
  useSwitcherKey(useCallback(() => setSwitching(true), []));
  useUnreadTitle(edges);
  return (
    <nav className={styles.sidebar} aria-label={t.chats}>
      <header className={styles.head}>
        <UnstyledButton component={Link} to="/profile" className={styles.me} aria-label={t.profile}>
          <Avatar name={account?.user.displayName ?? "…"} seed={account?.user.id ?? ""} size={36} />
        </UnstyledButton>
        <h1 className={styles.title}>{t.chats}</h1>
        <ActionIcon aria-label={t.switchChat} title={t.switchChat} onClick={() => setSwitching(true)}>
          <SearchIcon />
        </ActionIcon>
        <ActionIcon component={Link} to="/discover" aria-label={t.findPublic} title={t.findPublic}>
          <CompassIcon />
        </ActionIcon>
        <ActionIcon aria-label={t.newChat} title={t.newChat} onClick={() => setCreating(true)}>
          <ComposeIcon />
        </ActionIcon>
      </header>
      <ConnectionLine />
      {loaded !== "yes" && edges.length === 0 && <ListSkeleton failed={loaded === "failed"} />}
      {loaded === "yes" && edges.length === 0 && (
        <EmptyState
          icon={<BubbleIcon size={28} />}
          title={t.noChats}
          action={<Button onClick={() => setCreating(true)}>{t.newChat}</Button>}
        >
          {t.noChatsHint}
        </EmptyState>
      )}
      {edges.length > 0 && (
        <ul className={styles.list}>
          {edges.map((edge) => (
            <li key={edge.node.id}>
              <ChatRow chat={edge.node} participant={edge.participant} />
            </li>
          ))}
        </ul>
      )}
      {creating && (
        <Suspense>
          <NewChatDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
      {switching && (
        <Suspense>
          <ChatSwitcher onClose={() => setSwitching(false)} />
        </Suspense>
      )}
    </nav>
  );
}

function ListSkeleton({ failed }: { failed: boolean }) {
  return (
    <div className={styles.skeletons} aria-busy="true">
      {failed && <p className={styles.failed}>{t.listFailed}</p>}
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
