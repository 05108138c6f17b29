import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect, useRef } from "react";
import { failureOf } from "@/api/errors";
import {
  Composer,
  MessageDetails,
  MessageList,
  RemovalNotice,
  useMessageActions,
  useMessages,
  useThreadRoot,
} from "@/features/messages";
import { permissionsOf } from "@/features/participants";
import { usePinning } from "@/features/pins";
import { ReactionsDialog } from "@/features/reactions";
import { useReceipts } from "@/features/receipts";
import { FollowButton, useOwnThread, useThreadReading } from "@/features/threads";
import { TypingLine } from "@/features/typing";
import { unmask } from "@/gql/receiver";
import { ThreadPaneFragmentDoc } from "@/gql/receiver/graphql";
import { explain, t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { useEscape } from "@/ui/escape";
import { BackIcon, CloseIcon, ThreadIcon } from "@/ui/icons";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import { useOneColumn } from "@/ui/pointer";
import { useChat } from "../hooks/useChats";
import type { ListedChat } from "../model/listedChat";
import styles from "./ThreadPane.module.css";

type Thread = ReturnType<typeof useThreadRoot>;

/** A message and the replies to it, beside the chat; where there is no room for both, in its place. */
export function ThreadPane() {
  const { chatId, rootId } = useParams({ from: "/app/chats/$chatId/thread/$rootId" });
  const navigate = useNavigate();
  const { listed } = useChat(chatId);
  const thread = useThreadRoot(chatId, rootId);
  const close = useCallback(() => void navigate({ to: "/chats/$chatId", params: { chatId } }), [navigate, chatId]);
  useEscape(close);
  usePageName(listed && t.threads.threadIn(listed.title.name), 1);
  // A reply starts no thread: it belongs to one.
  const within = thread.root?.threadRootId;
  useEffect(() => {
    if (!within) return;
    const params = { chatId, rootId: within };
    void navigate({ to: "/chats/$chatId/thread/$rootId", params, search: { at: rootId }, replace: true });
  }, [within, chatId, rootId, navigate]);
  const inPlace = useOneColumn();
  if (!listed) return null;
  return (
    <aside className={styles.pane} aria-label={t.threads.thread}>
      <PageHeader
        leading={
          inPlace && (
            <ActionIcon aria-label={t.threads.backToChat} onClick={close}>
              <BackIcon />
            </ActionIcon>
          )
        }
        actions={<HeaderActions thread={thread} close={inPlace ? undefined : close} />}
      >
        <div className={styles.names}>
          <h2 className={styles.heading}>{t.threads.thread}</h2>
          <span className={styles.soft} dir="auto">
            {listed.title.name}
          </span>
        </div>
      </PageHeader>
      {thread.root && !within ? (
        <Replies key={rootId} listed={listed} root={thread.root} thread={thread.thread} inPlace={inPlace} />
      ) : (
        <Missing thread={thread} />
      )}
    </aside>
  );
}

function HeaderActions({ thread: { root, thread }, close }: { thread: Thread; close: (() => void) | undefined }) {
  return (
    <>
      {root && thread && <Follow root={root} />}
      {close && (
        <ActionIcon aria-label={t.ui.close} onClick={close}>
          <CloseIcon />
        </ActionIcon>
      )}
    </>
  );
}

function Follow({ root }: { root: NonNullable<Thread["root"]> }) {
  const { following } = useOwnThread(root);
  const { listed } = useChat(root.chatId);
  if (!listed?.role) return null;
  return <FollowButton chatId={root.chatId} rootId={root.id} following={following} />;
}

/** While it is fetched, or where it is not to be had. */
function Missing({ thread: { loading, error, root, retry } }: { thread: Thread }) {
  if (loading || root) {
    return (
      <div className={styles.loading} aria-busy="true">
        <Skeleton height={48} radius="lg" />
        <Skeleton height={38} width="70%" radius="lg" />
      </div>
    );
  }
  return (
    <EmptyState
      icon={<ThreadIcon size={28} />}
      title={error ? explain(failureOf(error)) : t.threads.threadGone}
      action={
        error && (
          <Button variant="default" onClick={() => void retry()}>
            {t.ui.tryAgain}
          </Button>
        )
      }
    />
  );
}

function Replies(props: {
  listed: ListedChat;
  root: NonNullable<Thread["root"]>;
  thread: Thread["thread"];
  inPlace: boolean;
}) {
  const { listed, root, thread } = props;
  const { role, title } = listed;
  const { at } = useSearch({ from: "/app/chats/$chatId/thread/$rootId" });
  const chat = unmask(ThreadPaneFragmentDoc, listed.chat);
  const permissions = permissionsOf(role, chat.kind);
  const count = thread?.replyCount ?? 0;
  const conversation = useMessages(chat.id, count, root);
  const receipts = useReceipts(chat);
  const own = useOwnThread(root);
  const reading = useThreadReading(chat.id, root.id);
  const pinning = usePinning(chat.id, permissions.pinMessages);
  const doing = useMessageActions(chat.id, conversation, { root, pinning });
  const list = useRef<HTMLElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const toField = useCallback(() => frame.current?.querySelector("textarea")?.focus(), []);
  return (
    <div ref={frame} className={styles.replies}>
      <MessageList
        frame={list}
        chatId={chat.id}
        direct={chat.kind === "DIRECT"}
        conversation={conversation}
        root={root}
        messageCount={count}
        lastNumber={thread?.lastNumber ?? 0}
        mark={own.mark}
        reading={reading}
        unread={own.unread}
        readOnly={role === undefined}
        reactable={role !== undefined && chat.reactionsAllowed}
        threadable={false}
        receipts={receipts}
        removesOthers={permissions.removeMessages}
        startAt={at}
        actions={doing.actions}
        onLeave={toField}
      />
      <RemovalNotice chatId={chat.id} byKeyboard={doing.byKeyboard} list={list} />
      {props.inPlace && <TypingLine chatId={chat.id} />}
      {role && chat.threadsAllowed && (
        <Composer
          chatId={chat.id}
          rootId={root.id}
          title={title.name}
          people={chat.kind === "DIRECT" ? 0 : chat.participantCount}
          leads={permissions.removeMessages}
          mode={doing.mode}
          onMode={doing.setMode}
          onEditLast={doing.editLast}
          onSent={doing.showNewest}
        />
      )}
      {role && !chat.threadsAllowed && <p className={styles.outside}>{t.threads.notAllowed}</p>}
      <Suspense>
        {doing.detailed && <MessageDetails message={doing.detailed} onClose={doing.closeDetails} />}
        {doing.whoReacted && <ReactionsDialog {...doing.whoReacted} />}
      </Suspense>
    </div>
  );
}
