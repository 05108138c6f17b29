import { ActionIcon } from "@mantine/core";
import { useState } from "react";
import { unmask } from "@/gql/receiver";
import { type ChatRowFragment, ParticipantFieldsFragmentDoc, PersonNameFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { EditIcon } from "@/ui/icons";
import { chatTitle } from "../model/chatTitle";
import styles from "./ChatDetails.module.css";
import { ChatFactsForm } from "./ChatFactsForm";

/** What the chat is: its name and description, which may be changed by some, or the other person of a direct one. */
export function ChatFacts({ chat, editable }: { chat: ChatRowFragment; editable: boolean }) {
  const { me } = useSignedIn();
  const [editing, setEditing] = useState(false);
  const title = chatTitle(chat, me);
  return (
    <div className={styles.identity}>
      <Avatar name={title.name} seed={title.seed} size={84} />
      {editing ? (
        <div className={styles.facts}>
          <ChatFactsForm
            chatId={chat.id}
            name={chat.name ?? ""}
            description={chat.description}
            onDone={() => setEditing(false)}
          />
        </div>
      ) : (
        <>
          <div className={styles.name}>
            <span dir="auto">{title.name}</span>
            {editable && (
              <ActionIcon aria-label={t.chats.editFacts} title={t.chats.editFacts} onClick={() => setEditing(true)}>
                <EditIcon size={18} />
              </ActionIcon>
            )}
          </div>
          {chat.kind === "DIRECT" && <Username chat={chat} />}
          {chat.description && (
            <p className={styles.description} dir="auto">
              {chat.description}
            </p>
          )}
        </>
      )}
    </div>
  );
}

function Username({ chat }: { chat: ChatRowFragment }) {
  const { me } = useSignedIn();
  const pair = unmask(
    ParticipantFieldsFragmentDoc,
    chat.participants.edges.map((edge) => edge.node),
  );
  const other = pair.find((participant) => participant.userId !== me);
  if (!other?.user) return null;
  return (
    <span className={styles.soft} dir="ltr">
      @{unmask(PersonNameFragmentDoc, other.user).username}
    </span>
  );
}
