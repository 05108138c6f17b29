import { Modal, Skeleton } from "@mantine/core";
import { useAllParticipants } from "@/features/participants";
import { unmask } from "@/gql/receiver";
import {
  type MessageFieldsFragment,
  type ParticipantFieldsFragment,
  PersonNameFragmentDoc,
} from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { Notice } from "@/ui/Notice";
import { readersOf } from "../model/readReceipts";
import styles from "./MessageDetails.module.css";

/**
 * When a message was sent and edited, who has read it, who has not, and who was not here then: everyone, however large the
 * chat.
 */
export default function MessageDetails({ message, onClose }: { message: MessageFieldsFragment; onClose(): void }) {
  const { participants, complete, failed } = useAllParticipants(message.chatId);
  const { read, unread, absent } = readersOf(message, participants);
  return (
    <Modal opened onClose={onClose} title={t.messages.messageDetails} closeButtonProps={{ "aria-label": t.ui.close }}>
      <dl className={styles.facts}>
        <dt>{t.messages.sentAt}</dt>
        <dd>{fullTime(message.createdAt)}</dd>
        {message.editedAt && (
          <>
            <dt>{t.messages.editedAt}</dt>
            <dd>{fullTime(message.editedAt)}</dd>
          </>
        )}
      </dl>
      <People title={t.messages.readByCount(read.length)} people={read} />
      {unread.length > 0 && <People title={t.messages.notReadByCount(unread.length)} people={unread} />}
      {absent.length > 0 && <People title={t.messages.notHereThenCount(absent.length)} people={absent} />}
      {!complete && !failed && <Skeleton height={40} radius="md" aria-busy="true" />}
      {failed && <Notice tone="error">{t.messages.readersFailed}</Notice>}
    </Modal>
  );
}

function People({ title, people }: { title: string; people: readonly ParticipantFieldsFragment[] }) {
  const { me } = useSignedIn();
  return (
    <section aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.people}>
        {people.map(({ userId, user }) => {
          const name = user ? unmask(PersonNameFragmentDoc, user).displayName : t.participants.deletedUser;
          return (
            <li key={userId} className={styles.person}>
              <Avatar name={name} seed={userId} size={32} />
              <span className={styles.name} dir="auto">
                {userId === me ? t.ui.youNamed(name) : name}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
