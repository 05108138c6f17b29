import { useQuery } from "@apollo/client/react";
import { ActionIcon, Button, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { type FragmentType, unmask } from "@/gql/receiver";
import { PublicChatFragmentDoc, PublicChatsDocument } from "@/gql/receiver/graphql";
import { explain, t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { EmptyState } from "@/ui/EmptyState";
import { BackIcon, CompassIcon, SearchIcon } from "@/ui/icons";
import { Notice } from "@/ui/Notice";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import { useJoinChat } from "../hooks/useJoinChat";
import styles from "./DiscoverPage.module.css";

export function DiscoverPage() {
  const navigate = useNavigate();
  usePageName(t.chats.findPublic);
  const [text, setText] = useState("");
  const [query] = useDebouncedValue(text.trim(), 250);
  const { data, loading, error, fetchMore } = useQuery(PublicChatsDocument, {
    variables: { query: query || null },
    fetchPolicy: "cache-and-network",
  });
  const page = data?.publicChats.pageInfo;
  const more = () =>
    fetchMore({
      variables: { after: page?.endCursor ?? null },
      updateQuery: (before, { fetchMoreResult: next }) => {
        // Each once, whichever page had it last.
        const edges = [...before.publicChats.edges, ...next.publicChats.edges];
        const byChat = new Map(edges.map((edge) => [edge.node.id, edge]));
        return { publicChats: { ...next.publicChats, edges: [...byChat.values()] } };
      },
    });
  return (
    <div className={styles.page}>
      <PageHeader
        leading={
          <ActionIcon aria-label={t.ui.back} onClick={() => navigate({ to: "/" })}>
            <BackIcon />
          </ActionIcon>
        }
      >
        <h1 className={styles.heading}>{t.chats.findPublic}</h1>
      </PageHeader>
      <div className={styles.scroll}>
        <TextInput
          className={styles.search}
          aria-label={t.chats.searchPublic}
          placeholder={t.chats.searchPublic}
          leftSection={<SearchIcon size={18} />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {error && <Notice tone="error">{explain(failureOf(error))}</Notice>}
        {loading && !data && <Skeleton height={72} radius="md" />}
        {data?.publicChats.edges.length === 0 && (
          <EmptyState icon={<CompassIcon size={28} />} title={t.chats.noPublicChats}>
            {t.chats.noPublicChatsHint}
          </EmptyState>
        )}
        <ul className={styles.list}>
          {data?.publicChats.edges.map((edge) => (
            <PublicChat key={edge.node.id} chat={edge.node} joined={edge.participant != null} />
          ))}
        </ul>
        {page?.hasNextPage && (
          <Button variant="default" onClick={() => void more()}>
            {t.ui.loadMore}
          </Button>
        )}
      </div>
    </div>
  );
}

function PublicChat(props: { chat: FragmentType<typeof PublicChatFragmentDoc>; joined: boolean }) {
  const chat = unmask(PublicChatFragmentDoc, props.chat);
  const navigate = useNavigate();
  const { join, loading } = useJoinChat();
  const [failure, setFailure] = useState<Failure>();
  const name = chat.name ?? t.chats.unnamedChat;
  const enter = async () => {
    try {
      await join(chat.id);
      await navigate({ to: "/chats/$chatId", params: { chatId: chat.id } });
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <li className={styles.chat}>
      <Avatar name={name} seed={chat.id} size={46} />
      <div className={styles.text}>
        <div className={styles.name} dir="auto">
          {name}
        </div>
        <div className={styles.soft}>
          {t.participants.participantsCount(chat.participantCount)}
          {chat.description && (
            <>
              {" · "}
              <bdi>{chat.description}</bdi>
            </>
          )}
        </div>
        {failure && <Notice tone="error">{explain(failure)}</Notice>}
      </div>
      {props.joined ? (
        <Button component={Link} to={`/chats/${chat.id}`} variant="default" aria-label={t.chats.openNamed(name)}>
          {t.chats.open}
        </Button>
      ) : (
        <Button variant="light" loading={loading} onClick={() => void enter()} aria-label={t.chats.joinNamed(name)}>
          {t.chats.join}
        </Button>
      )}
    </li>
  );
}
