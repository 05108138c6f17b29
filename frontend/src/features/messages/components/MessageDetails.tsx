import { Modal, Skeleton } from "@mantine/core";
import { ParticipantName, useAllParticipants } from "@/features/participants";
import { type FragmentType, unmask } from "@/gql/receiver";
import { MessageDetailsFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { fullTime } from "@/strings/time";
import { Notice } from "@/ui/Notice";
import { readersOf } from "../model/readReceipts";
import styles from "./MessageDetails.module.css";

/**
 * When a message was sent and edited, who has read it, who has not, and who was not here then: everyone, however large the
 * chat.
 */
export default function MessageDetails(props: {
  message: FragmentType<typeof MessageDetailsFragmentDoc>;
  onClose(): void;
}) {
  const { onClose } = props;
  const message = unmask(MessageDetailsFragmentDoc, props.message);
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

type People = ReturnType<typeof useAllParticipants>["participants"];

function People({ title, people }: { title: string; people: People }) {
  return (
    <section aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      <ul className={styles.people}>
        {people.map((participant) => (
          <li key={participant.userId} className={styles.person}>
            <ParticipantName participant={participant} size={32} className={styles.name} />
          </li>
        ))}
      </ul>
    </section>
  );
}
