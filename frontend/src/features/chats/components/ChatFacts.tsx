import { ActionIcon } from "@mantine/core";
import { useState } from "react";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ChatFactsFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { EditIcon } from "@/ui/icons";
import type { ChatTitle } from "../model/chatTitle";
import styles from "./ChatDetails.module.css";
import { ChatFactsForm } from "./ChatFactsForm";

/** What the chat is: its name and description, which some may change, or the other person of a direct one. */
export function ChatFacts(props: {
  chat: FragmentType<typeof ChatFactsFragmentDoc>;
  title: ChatTitle;
  editable: boolean;
}) {
  const { title, editable } = props;
  const chat = unmask(ChatFactsFragmentDoc, props.chat);
  const [editing, setEditing] = useState(false);
  return (
    <div className={styles.identity}>
      <Avatar name={title.name} seed={title.seed} size={84} />
      {editing ? (
        <div className={styles.facts}>
          <ChatFactsForm
            chatId={chat.id}
            name={chat.name ?? ""}
            description={chat.description}
            reactionsAllowed={chat.reactionsAllowed}
            threadsAllowed={chat.threadsAllowed}
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
          {title.username && (
            <span className={styles.soft} dir="ltr">
              @{title.username}
            </span>
          )}
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
