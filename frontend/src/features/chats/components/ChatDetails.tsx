import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { ChatChoices } from "@/features/chatSettings";
import { AddPeopleDialog, ParticipantRow, permissionsOf, useParticipants } from "@/features/participants";
import { unmask } from "@/gql/receiver";
import { ChatDetailsFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { useEscape } from "@/ui/escape";
import { CloseIcon, PlusIcon } from "@/ui/icons";
import { PageHeader } from "@/ui/PageHeader";
import { usePageName } from "@/ui/pageTitle";
import { useChat } from "../hooks/useChats";
import styles from "./ChatDetails.module.css";
import { ChatFacts } from "./ChatFacts";
import { LeaveButtons } from "./LeaveButtons";

/** Who takes part and what the chat is, beside the conversation; on a phone in its place. */
export function ChatDetails() {
  const { chatId } = useParams({ from: "/app/chats/$chatId/details" });
  const navigate = useNavigate();
  const { listed } = useChat(chatId);
  const { participants, loaded, more } = useParticipants(chatId);
  const [adding, setAdding] = useState(false);
  const close = useCallback(() => void navigate({ to: "/chats/$chatId", params: { chatId } }), [navigate, chatId]);
  useEscape(close);
  usePageName(listed && t.chats.detailsOf(listed.title.name), 1);
  if (!listed) return null;
  const chat = unmask(ChatDetailsFragmentDoc, listed.chat);
  const { role, title } = listed;
  const permissions = permissionsOf(role, chat.kind);
  return (
    <aside className={styles.details} aria-label={t.chats.details}>
      <PageHeader
        actions={
          <ActionIcon aria-label={t.ui.close} onClick={close}>
            <CloseIcon />
          </ActionIcon>
        }
      >
        <h2 className={styles.heading}>{t.chats.details}</h2>
      </PageHeader>
      <div className={styles.scroll}>
        <ChatFacts chat={chat} title={title} editable={permissions.rename} />
        {role && <ChatChoices chatId={chatId} settings={listed.settings} messageCount={listed.chat.messageCount} />}
        {chat.kind !== "DIRECT" && (
          <>
            <div className={styles.people}>
              <h3 className={styles.title}>{t.participants.participantsCount(chat.participantCount)}</h3>
              {permissions.addPeople && (
                <Button size="xs" variant="light" leftSection={<PlusIcon size={15} />} onClick={() => setAdding(true)}>
                  {t.participants.addPeople}
                </Button>
              )}
            </div>
            {!loaded && <Skeleton height={48} radius="md" />}
            <ul className={styles.list}>
              {participants.map((participant) => (
                <ParticipantRow key={participant.userId} participant={participant} permissions={permissions} />
              ))}
            </ul>
            {more && (
              <Button variant="default" fullWidth onClick={more}>
                {t.ui.loadMore}
              </Button>
            )}
          </>
        )}
        <LeaveButtons chatId={chatId} leave={permissions.leave} remove={permissions.deleteChat} />
      </div>
      {adding && (
        <AddPeopleDialog
          chatId={chatId}
          present={new Set(participants.map((participant) => participant.userId))}
          onClose={() => setAdding(false)}
        />
      )}
    </aside>
  );
}
