import { Modal, Skeleton } from "@mantine/core";
import { ParticipantName, useAllParticipants } from "@/features/participants";
import { hasRead, hasReceived, type Receipt, useMessageReceipts } from "@/features/receipts";
import { type FragmentType, unmask } from "@/gql/receiver";
import { MessageDetailsFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { fullTime } from "@/strings/time";
import { Notice } from "@/ui/Notice";
import styles from "./MessageDetails.module.css";

/**
 * When a message was sent and edited, who has read it, who has it, who has not, and who was not here then: everyone, however
 * large the chat.
 */
export default function MessageDetails(props: {
  message: FragmentType<typeof MessageDetailsFragmentDoc>;
  onClose(): void;
}) {
  const { onClose } = props;
  const message = unmask(MessageDetailsFragmentDoc, props.message);
  const everyone = useAllParticipants(message.chatId);
  const told = useMessageReceipts(message.chatId, message.number);
  const complete = everyone.complete && told.complete;
  const failed = everyone.failed || told.failed;
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
      {told.loaded && <Readers message={message} people={everyone.participants} told={told} />}
      {!complete && !failed && <Skeleton height={40} radius="md" aria-busy="true" />}
      {failed && <Notice tone="error">{t.messages.readersFailed}</Notice>}
    </Modal>
  );
}

type People = ReturnType<typeof useAllParticipants>["participants"];

function Readers(props: {
  message: { number: number; senderId: string };
  people: People;
  told: ReturnType<typeof useMessageReceipts>;
}) {
  const { tellsDelivered, tellsRead, receipts } = props.told;
  const { number, senderId } = props.message;
  const byUser = new Map(receipts.map((receipt) => [receipt.userId, receipt]));
  const is = (test: (number: number, receipt: Receipt) => boolean) => (userId: string) => {
    const receipt = byUser.get(userId);
    return receipt !== undefined && test(number, receipt);
  };
  const read = is(hasRead);
  const received = is(hasReceived);
  const here = props.people.filter(({ userId }) => byUser.has(userId));
  const readers = here.filter(({ userId }) => read(userId));
  const recipients = here.filter(({ userId }) => received(userId));
  const unread = here.filter(({ userId }) => !read(userId));
  const absent = props.people.filter(
    ({ userId, joinedNumber }) => userId !== senderId && !byUser.has(userId) && joinedNumber >= number,
  );
  const all = receipts.length;
  return (
    <>
      {tellsRead ? (
        <Part title={t.messages.readByCount(readers.length, all)} people={readers} always />
      ) : (
        <p className={styles.soft}>{t.messages.readersHidden}</p>
      )}
      {tellsDelivered ? (
        <>
          <Part
            title={t.messages.deliveredToCount(recipients.length, all)}
            people={recipients.filter(({ userId }) => !read(userId))}
          />
          <Part
            title={t.messages.notDeliveredToCount(all - recipients.length)}
            people={here.filter(({ userId }) => !received(userId))}
          />
        </>
      ) : (
        tellsRead && <Part title={t.messages.noReceiptOfCount(unread.length)} people={unread} />
      )}
      <Part title={t.messages.notHereThenCount(absent.length)} people={absent} />
    </>
  );
}

function Part({ title, people, always = false }: { title: string; people: People; always?: boolean }) {
  if (people.length === 0 && !always) return null;
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
