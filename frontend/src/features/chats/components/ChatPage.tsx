import { useApolloClient } from "@apollo/client/react";
import { ActionIcon, Button, UnstyledButton } from "@mantine/core";
import { Link, Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { ConnectionWords } from "@/features/connection";
import {
  Composer,
  MessageDetails,
  MessageList,
  type MessageListProps,
  RemovalNotice,
  useChatReading,
  useMarkedUnread,
  useMessageActions,
  useMessages,
  useOpenThread,
} from "@/features/messages";
import { permissionsOf } from "@/features/participants";
import { PinnedBar, usePinning } from "@/features/pins";
import { ReactionsDialog } from "@/features/reactions";
import { useReceipts } from "@/features/receipts";
import { TypingLine } from "@/features/typing";
import { unmask } from "@/gql/receiver";
import { ChatPageFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { EmptyState } from "@/ui/EmptyState";
import { BackIcon, CompassIcon, InfoIcon, SearchIcon, WarningIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import { useOneColumn } from "@/ui/pointer";
import { useChat } from "../hooks/useChats";
import { useJoinChat } from "../hooks/useJoinChat";
import type { ListedChat } from "../model/listedChat";
import { loadChat } from "../model/loadChats";
import styles from "./ChatPage.module.css";

export function ChatPage() {
  const { chatId } = useParams({ from: "/app/chats/$chatId" });
  const { listed, loading, error } = useChat(chatId);
  if (!listed) {
    if (loading) return <div className={styles.page} aria-busy="true" />;
    return (
      <EmptyState
        icon={<WarningIcon size={28} />}
        title={error ? explain(failureOf(error)) : t.chats.chatGone}
        action={
          <Button component={Link} to="/" variant="default">
            {t.ui.back}
          </Button>
        }
      >
        {error ? undefined : t.chats.chatGoneHint}
      </EmptyState>
    );
  }
  const { kind } = unmask(ChatPageFragmentDoc, listed.chat);
  if (!listed.role && kind === "PUBLIC") return <JoinPrompt key={chatId} listed={listed} />;
  return <OpenChat key={chatId} listed={listed} />;
}

function OpenChat({ listed }: { listed: ListedChat }) {
  const { title, role, mark } = listed;
  const chat = unmask(ChatPageFragmentDoc, listed.chat);
  const conversation = useMessages(chat.id, chat.messageCount);
  const receipts = useReceipts(chat);
  const permissions = permissionsOf(role, chat.kind);
  const unreadFrom = useMarkedUnread(chat.id, listed.settings.unreadFrom);
  const reading = useChatReading(chat.id);
  const pinning = usePinning(chat.id, permissions.pinMessages);
  const doing = useMessageActions(chat.id, conversation, { pinning });
  const list = useRef<HTMLElement>(null);
  usePageName(title.name);
  const page = useRef<HTMLElement>(null);
  const toField = useCallback(() => page.current?.querySelector("textarea")?.focus(), []);
  const { isOpen, covered } = useThreadBeside(toField);
  // With a thread, it is a reply in that.
  const { at } = useSearch({ from: "/app/chats/$chatId" });
  return (
    <div className={styles.split}>
      <section ref={page} className={styles.page} aria-label={title.name} data-covered={covered || undefined}>
        <Header listed={listed} />
        {role && (
          <Suspense>
            <PinnedBar chatId={chat.id} pinning={pinning} />
          </Suspense>
        )}
        <MessageList
          frame={list}
          chatId={chat.id}
          direct={chat.kind === "DIRECT"}
          conversation={conversation}
          messageCount={chat.messageCount}
          lastNumber={chat.messageCount}
          mark={mark}
          unreadFrom={unreadFrom}
          reading={reading}
          unread={listed.unread}
          readOnly={false}
          reactable={role !== undefined && chat.reactionsAllowed}
          threadable={role !== undefined && chat.threadsAllowed}
          covered={covered}
          receipts={receipts}
          startAt={isOpen ? undefined : at}
          removesOthers={permissions.removeMessages}
          actions={doing.actions}
          onLeave={toField}
        />
        {!isOpen && <RemovalNotice chatId={chat.id} byKeyboard={doing.byKeyboard} list={list} />}
        <TypingLine chatId={chat.id} />
        {role ? (
          <Composer
            chatId={chat.id}
            title={title.name}
            people={chat.kind === "DIRECT" ? 0 : chat.participantCount}
            leads={permissions.removeMessages}
            mode={doing.mode}
            onMode={doing.setMode}
            onEditLast={doing.editLast}
            onSent={doing.showNewest}
          />
        ) : (
          <p className={styles.outside}>{t.chats.youLeft}</p>
        )}
        <Suspense>
          {doing.detailed && <MessageDetails message={doing.detailed} onClose={doing.closeDetails} />}
          {doing.whoReacted && <ReactionsDialog {...doing.whoReacted} />}
        </Suspense>
      </section>
      <Outlet />
    </div>
  );
}

/** Whether a thread is open, and whether it stands in the place of the chat. Who closes it goes on in the field of the chat. */
function useThreadBeside(toField: () => void) {
  const isOpen = useParams({ strict: false, select: ({ rootId }) => rootId !== undefined });
  const covered = useOneColumn() && isOpen;
  useEffect(() => {
    if (!isOpen) return;
    return () => {
      if (matchMedia("(hover: hover) and (pointer: fine)").matches) toField();
    };
  }, [isOpen, toField]);
  return { isOpen, covered };
}

function Header({ listed }: { listed: ListedChat }) {
  const { name, seed } = listed.title;
  const chat = unmask(ChatPageFragmentDoc, listed.chat);
  const { search } = useSignedIn();
  const navigate = useNavigate();
  const details = { to: "/chats/$chatId/details", params: { chatId: chat.id } } as const;
  return (
    <PageHeader
      leading={
        <ActionIcon className={styles.back} aria-label={t.ui.back} onClick={() => navigate({ to: "/" })}>
          <BackIcon />
        </ActionIcon>
      }
      actions={
        <>
          <ActionIcon aria-label={t.search.searchHere} title={t.search.searchHere} onClick={() => search.open(chat.id)}>
            <SearchIcon />
          </ActionIcon>
          <ActionIcon aria-label={t.chats.details} title={t.chats.details} onClick={() => navigate(details)}>
            <InfoIcon />
          </ActionIcon>
        </>
      }
    >
      <UnstyledButton className={styles.identity} onClick={() => navigate(details)} tabIndex={-1}>
        <Avatar name={name} seed={seed} size={38} />
        <span className={styles.names}>
          <h1 className={styles.name} dir="auto">
            {name}
          </h1>
          {chat.kind !== "DIRECT" && (
            <span className={styles.soft}>{t.participants.participantsCount(chat.participantCount)}</span>
          )}
          <ConnectionWords className={styles.connection!} />
        </span>
      </UnstyledButton>
    </PageHeader>
  );
}

/** A public chat as those see it who do not take part: what is said in it, and the way in. Who left it sees only the way in. */
function JoinPrompt({ listed }: { listed: ListedChat }) {
  const { title } = listed;
  const chat = unmask(ChatPageFragmentDoc, listed.chat);
  const { me } = useSignedIn();
  const client = useApolloClient();
  const conversation = useMessages(chat.id, chat.messageCount);
  const list = useRef<HTMLElement>(null);
  usePageName(title.name);
  // Nothing comes live to those who do not take part: what is known may be from another day.
  useEffect(() => {
    loadChat(client, chat.id, me).catch((error) => console.warn("the chat could not be read again", error));
  }, [client, chat.id, me]);
  const reading = useChatReading(chat.id);
  const openThread = useOpenThread(chat.id);
  const actions = useMemo(() => ({ ...NOTHING, openThread }), [openThread]);
  const nothing = conversation.error !== undefined || chat.messageCount === 0;
  return (
    <div className={styles.split}>
      <section className={styles.page} aria-label={title.name}>
        <Header listed={listed} />
        {nothing ? (
          <EmptyState
            icon={<CompassIcon size={28} />}
            title={conversation.error ? t.chats.joinToRead : t.chats.previewEmpty}
          >
            {chat.description || undefined}
          </EmptyState>
        ) : (
          <MessageList
            frame={list}
            chatId={chat.id}
            direct={false}
            conversation={conversation}
            messageCount={chat.messageCount}
            lastNumber={chat.messageCount}
            mark={undefined}
            reading={reading}
            unread={0}
            receipts={NOBODY}
            removesOthers={false}
            readOnly
            reactable={false}
            threadable={false}
            actions={actions}
            onLeave={stay}
          />
        )}
        <JoinBar chatId={chat.id} text={conversation.error ? undefined : t.chats.joinToWrite} />
      </section>
      <Outlet />
    </div>
  );
}

const NOBODY: readonly never[] = [];
const stay = () => {};
const NOTHING: Omit<MessageListProps["actions"], "openThread"> = {
  reply: stay,
  edit: stay,
  remove: stay,
  details: stay,
  pinning: undefined,
  markUnread: undefined,
  react: stay,
  toggleReaction: stay,
  whoReacted: stay,
};

function JoinBar({ chatId, text }: { chatId: string; text: string | undefined }) {
  const { join, loading } = useJoinChat();
  const [failure, setFailure] = useState<Failure>();
  const enter = () => {
    setFailure(undefined);
    join(chatId).catch((error) => setFailure(failureOf(error)));
  };
  return (
    <div className={styles.join}>
      {failure && <Notice tone="error">{explain(failure)}</Notice>}
      {text && <p>{text}</p>}
      <Button loading={loading} onClick={enter}>
        {t.chats.join}
      </Button>
    </div>
  );
}
