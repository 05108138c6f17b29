import { Button, Skeleton } from "@mantine/core";
import { useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { unmask } from "@/gql/users";
import { type SessionRowFragment, SessionRowFragmentDoc } from "@/gql/users/graphql";
import { explain, t } from "@/strings";
import { fullTime } from "@/strings/time";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { Notice } from "@/ui/Notice";
import { useRevokeSession, useSessions } from "../hooks/useProfile";
import { deviceName } from "../model/deviceName";
import styles from "./ProfilePage.module.css";

/** Where the account is signed in: this device first, then those that were used last. */
export function SessionList() {
  const { data } = useSessions();
  const sessions = unmask(SessionRowFragmentDoc, data?.sessions ?? []).toSorted(
    (a, b) => Number(b.current) - Number(a.current) || b.lastUsedAt.localeCompare(a.lastUsedAt),
  );
  const others = sessions.filter((session) => !session.current);
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h2 className={styles.title}>{t.account.sessions}</h2>
        {others.length > 0 && <RevokeOthers others={others} />}
      </div>
      {data ? (
        <ul className={styles.sessions}>
          {sessions.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      ) : (
        <Skeleton height={40} />
      )}
    </section>
  );
}

function RevokeOthers({ others }: { others: readonly SessionRowFragment[] }) {
  const [revoke] = useRevokeSession();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const confirm = async () => {
    setFailure(undefined);
    setBusy(true);
    try {
      for (const { id } of others) await revoke({ variables: { input: { sessionId: id } } });
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setAsking(true)}>
        {t.account.revokeOthers}
      </Button>
      {failure && <Notice tone="error">{explain(failure)}</Notice>}
      <ConfirmDialog
        opened={asking}
        title={t.account.revokeOthers}
        text={t.account.revokeOthersText}
        confirm={t.account.revoke}
        cancel={t.ui.cancel}
        busy={busy}
        onClose={() => setAsking(false)}
        onConfirm={() => void confirm()}
      />
    </>
  );
}

function SessionRow({ session }: { session: SessionRowFragment }) {
  const [revoke, { loading }] = useRevokeSession();
  const name = deviceName(session.userAgent);
  return (
    <li className={styles.session}>
      <div>
        <div className={styles.agent}>{name}</div>
        <div className={styles.soft}>
          {session.current ? t.account.thisDevice : t.account.lastUsed(fullTime(session.lastUsedAt))}
        </div>
      </div>
      {!session.current && (
        <Button
          variant="default"
          size="xs"
          aria-label={t.account.revokeSession(name)}
          loading={loading}
          onClick={() => void revoke({ variables: { input: { sessionId: session.id } } })}
        >
          {t.account.revoke}
        </Button>
      )}
    </li>
  );
}
