import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useSignedIn } from "@/app/antiphon";
import { LeaveButtons } from "@/features/chats/components/LeaveButtons";
import { useChat } from "@/features/chats/hooks/useChats";
import { chatTitle } from "@/features/chats/model/chatTitle";
import { ChatChoices } from "@/features/preferences/components/ChatChoices";
import { unmask } from "@/gql/receiver";
import { ChatRowFragmentDoc, OwnParticipantFragmentDoc, OwnParticipationFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { Bar } from "@/ui/Bar";
import { useEscape } from "@/ui/escape";
import { CloseIcon, PlusIcon } from "@/ui/icons";
import { usePageName } from "@/ui/pageTitle";
import { useParticipants } from "../hooks/useParticipants";
import { permissionsOf } from "../model/permissions";
import { AddPeopleDialog } from "./AddPeopleDialog";
import styles from "./ChatDetails.module.css";
import { ChatFacts } from "./ChatFacts";
import { ParticipantRow } from "./ParticipantRow";

/** Who takes part and what the chat is, beside the conversation; on a phone in its place. */
export function ChatDetails() {
  const { chatId } = useParams({ from: "/app/chats/$chatId/details" });
  const navigate = useNavigate();
  const { me } = useSignedIn();
  const found = useChat(chatId).chat;
  const { participants, loaded, more } = useParticipants(chatId);
  const [adding, setAdding] = useState(false);
  const close = useCallback(() => void navigate({ to: "/chats/$chatId", params: { chatId } }), [navigate, chatId]);
  useEscape(close);
  const facts = found && unmask(ChatRowFragmentDoc, found);
  usePageName(facts ? t.detailsOf(chatTitle(facts, me).name) : undefined, 1);
  if (!found) return null;
  const chat = unmask(ChatRowFragmentDoc, found);
  const role = unmask(OwnParticipantFragmentDoc, unmask(OwnParticipationFragmentDoc, found).participant)?.role;
  const permissions = permissionsOf(role, chat.kind);
  return (
    <aside className={styles.details} aria-label={t.details}>
      <Bar
        actions={
          <ActionIcon aria-label={t.close} onClick={close}>
            <CloseIcon />
          </ActionIcon>
        }
      >
        <h2 className={styles.heading}>{t.details}</h2>
      </Bar>
      <div className={styles.scroll}>
        <ChatFacts chat={chat} editable={permissions.rename} />
        {role && <ChatChoices chatId={chatId} />}
        {chat.kind !== "DIRECT" && (
          <>
            <div className={styles.people}>
              <h3 className={styles.title}>{t.participantsCount(chat.participantCount)}</h3>
              {permissions.addPeople && (
                <Button size="xs" variant="light" leftSection={<PlusIcon size={15} />} onClick={() => setAdding(true)}>
                  {t.addPeople}
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
                {t.loadMore}
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
