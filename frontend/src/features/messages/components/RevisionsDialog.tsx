import { Button, Modal, Skeleton } from "@mantine/core";
import { t } from "@/strings";
import { fullTime } from "@/strings/time";
import { useFocusBack } from "@/ui/focusBack";
import { Notice } from "@/ui/Notice";
import { useRevisions } from "../hooks/useRevisions";
import styles from "./RevisionsDialog.module.css";

/** What a message says, and what it said before it was edited: as it was written. */
export default function RevisionsDialog(props: {
  chatId: string;
  messageId: string;
  /** Changes when it is edited. */
  revision: number;
  onClose(): void;
}) {
  const { loaded, failed, load } = useRevisions(props.chatId, props.messageId, props.revision);
  const { revisions = [], after } = loaded ?? {};
  useFocusBack(true);
  const oldest = revisions.at(-1)?.revision ?? 1;
  return (
    <Modal opened onClose={props.onClose} title={t.messages.revisions} closeButtonProps={{ "aria-label": t.ui.close }}>
      <ol className={styles.list} aria-label={t.messages.revisions}>
        {revisions.map(({ revision, content, createdAt }, index) => (
          <li key={revision} className={styles.revision}>
            <div className={styles.head}>
              <time dateTime={createdAt}>{fullTime(createdAt)}</time>
              {index === 0 && <strong>{t.messages.now}</strong>}
            </div>
            <div className={styles.text} dir="auto">
              {content}
            </div>
          </li>
        ))}
      </ol>
      {!loaded && !failed && <Skeleton height={64} radius="md" aria-busy="true" />}
      {after && !failed && (
        <Button variant="default" fullWidth onClick={() => void load(loaded)}>
          {t.ui.loadMore}
        </Button>
      )}
      {loaded && !after && oldest > 1 && <p className={styles.soft}>{t.messages.olderNotKept}</p>}
      {failed && (
        <>
          <Notice tone="error">{t.messages.revisionsFailed}</Notice>
          <Button className={styles.again!} variant="default" onClick={() => void load(loaded)}>
            {t.ui.tryAgain}
          </Button>
        </>
      )}
    </Modal>
  );
}
