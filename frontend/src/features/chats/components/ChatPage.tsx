import { useApolloClient } from "@apollo/client/react";
import { ActionIcon, Button, UnstyledButton } from "@mantine/core";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { ConnectionWords } from "@/features/connection";
import {
  asIntended,
  Composer,
  type ComposerMode,
  type LoadedMessages,
  MessageDetails,
  MessageList,
  type MessageListProps,
  RemovalNotice,
  unreadAbove,
  useMessages,
  useRemoveMessage,
} from "@/features/messages";
import { permissionsOf, useParticipants } from "@/features/participants";
import { TypingLine } from "@/features/typing";
import { unmask } from "@/gql/receiver";
import {
  type ChatRowFragment,
  ChatRowFragmentDoc,
  type MessageFieldsFragment,
  type OwnParticipantFragment,
  OwnParticipantFragmentDoc,
  OwnParticipationFragmentDoc,
} from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { EmptyState } from "@/ui/EmptyState";
import { BackIcon, CompassIcon, InfoIcon, WarningIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import { useChat } from "../hooks/useChats";
import { useJoinChat } from "../hooks/useJoinChat";
import { chatTitle } from "../model/chatTitle";
import { loadChat } from "../model/loadChats";
import styles from "./ChatPage.module.css";

export function ChatPage() {
  const { chatId } = useParams({ from: "/app/chats/$chatId" });
  const { chat, loading, error } = useChat(chatId);
  if (!chat) {
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
  const facts = unmask(ChatRowFragmentDoc, chat);
  const participant = unmask(OwnParticipantFragmentDoc, unmask(OwnParticipationFragmentDoc, chat).participant);
  if (!participant && facts.kind === "PUBLIC") return <PublicDoor key={chatId} chat={facts} />;
  return <Conversation key={chatId} chat={facts} participant={participant ?? undefined} />;
}

function Conversation({
  chat,
  participant,
}: {
  chat: ChatRowFragment;
  participant: OwnParticipantFragment | undefined;
}) {
  const { me } = useSignedIn();
  const conversation = useMessages(chat.id, chat.messageCount);
  const { participants } = useParticipants(chat.id);
  const [mode, setMode] = useState<ComposerMode>({ kind: "write" });
  const [detailed, setDetailed] = useState<MessageFieldsFragment>();
  const remove = useRemoveMessage();
  const [byKeyboard, setByKeyboard] = useState(false);
  const list = useRef<HTMLElement>(null);
  const title = chatTitle(chat, me);
  usePageName(title.name);
  const permissions = permissionsOf(participant?.role, chat.kind);
  const othersMarks = useMemo(() => participants.filter((other) => other.userId !== me), [participants, me]);
  const actions = useMemo<MessageListProps["actions"]>(
    () => ({
      reply: (to) => setMode({ kind: "reply", to }),
      edit: (message) => setMode({ kind: "edit", message }),
      remove: (message, { keyboard }) => {
        setByKeyboard(keyboard);
        remove(message);
      },
      details: setDetailed,
    }),
    [remove],
  );
  const page = useRef<HTMLElement>(null);
  const toField = useCallback(() => page.current?.querySelector("textarea")?.focus(), []);
  const { editLast, showNewest } = useLatest(chat.id, conversation, setMode);
  return (
    <div className={styles.split}>
      <section ref={page} className={styles.page} aria-label={title.name}>
        <Header chat={chat} name={title.name} seed={title.seed} />
        <MessageList
          frame={list}
          chatId={chat.id}
          direct={chat.kind === "DIRECT"}
          conversation={conversation}
          messageCount={chat.messageCount}
          mark={participant?.lastReadNumber}
          unread={unreadAbove(participant?.lastReadNumber, chat)}
          readOnly={false}
          othersMarks={othersMarks}
          removesOthers={permissions.removeMessages}
          actions={actions}
          onLeave={toField}
        />
        <RemovalNotice chatId={chat.id} byKeyboard={byKeyboard} list={list} />
        <TypingLine chatId={chat.id} />
        {participant ? (
          <Composer
            chatId={chat.id}
            title={title.name}
            mode={mode}
            onMode={setMode}
            onEditLast={editLast}
            onSent={showNewest}
          />
        ) : (
          <p className={styles.outside}>{t.chats.youLeft}</p>
        )}
        {detailed && (
          <Suspense>
            <MessageDetails message={detailed} onClose={() => setDetailed(undefined)} />
          </Suspense>
        )}
      </section>
      <Outlet />
    </div>
  );
}

/** What the field below asks of the messages above, as they are by then: it is not made anew with every page of them. */
function useLatest(chatId: string, conversation: LoadedMessages, setMode: (mode: ComposerMode) => void) {
  const { me, outbox } = useSignedIn();
  const latest = useRef(conversation);
  useEffect(() => {
    latest.current = conversation;
  }, [conversation]);
  const editLast = useCallback(() => {
    // The last one may still be on its way: the one before is not what they mean.
    if (outbox.of("message", chatId).length > 0) return;
    const last = latest.current.messages
      .map((message) => asIntended(message, outbox.entries.get()))
      .findLast((message) => message.senderId === me && !message.removedAt);
    if (last) setMode({ kind: "edit", message: last });
  }, [chatId, me, outbox, setMode]);
  const showNewest = useCallback(() => {
    latest.current.jumpToNewest().catch((error) => console.warn("the newest messages could not be loaded", error));
  }, []);
  return { editLast, showNewest };
}

function Header({ chat, name, seed }: { chat: ChatRowFragment; name: string; seed: string }) {
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
        <ActionIcon aria-label={t.chats.details} title={t.chats.details} onClick={() => navigate(details)}>
          <InfoIcon />
        </ActionIcon>
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
function PublicDoor({ chat }: { chat: ChatRowFragment }) {
  const { me } = useSignedIn();
  const client = useApolloClient();
  const conversation = useMessages(chat.id, chat.messageCount);
  const list = useRef<HTMLElement>(null);
  const title = chatTitle(chat, me);
  usePageName(title.name);
  // Nothing comes live to those who do not take part: what is known may be from another day.
  useEffect(() => {
    loadChat(client, chat.id, me).catch((error) => console.warn("the chat could not be read again", error));
  }, [client, chat.id, me]);
  const nothing = conversation.error !== undefined || chat.messageCount === 0;
  return (
    <div className={styles.split}>
      <section className={styles.page} aria-label={title.name}>
        <Header chat={chat} name={title.name} seed={title.seed} />
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
            mark={undefined}
            unread={0}
            othersMarks={NOBODY}
            removesOthers={false}
            readOnly
            actions={NOTHING}
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
const NOTHING: MessageListProps["actions"] = { reply: stay, edit: stay, remove: stay, details: stay };

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
