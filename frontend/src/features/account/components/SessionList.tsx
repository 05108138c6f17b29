import { Button, Skeleton } from "@mantine/core";
import { type FragmentType, unmask } from "@/gql/users";
import { SessionFieldsFragmentDoc } from "@/gql/users/graphql";
import { t } from "@/strings";
import { fullTime } from "@/ui/time";
import { useRevokeSession, useSessions } from "../hooks/useProfile";
import { deviceName } from "../model/deviceName";
import styles from "./ProfilePage.module.css";

export function SessionList() {
  const { data } = useSessions();
  return (
    <section className={styles.section}>
      <h2 className={styles.title}>{t.sessions}</h2>
      {data ? (
        <ul className={styles.sessions}>
          {data.sessions.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      ) : (
        <Skeleton height={40} />
      )}
    </section>
  );
}

function SessionRow(props: { session: FragmentType<typeof SessionFieldsFragmentDoc> }) {
  const session = unmask(SessionFieldsFragmentDoc, props.session);
  const [revoke, { loading }] = useRevokeSession();
  const name = deviceName(session.userAgent);
  return (
    <li className={styles.session}>
      <div>
        <div className={styles.agent}>{name}</div>
        <div className={styles.soft}>{session.current ? t.thisDevice : t.lastUsed(fullTime(session.lastUsedAt))}</div>
      </div>
      {!session.current && (
        <Button
          variant="default"
          size="xs"
          aria-label={t.revokeSession(name)}
          loading={loading}
          onClick={() => void revoke({ variables: { input: { sessionId: session.id } } })}
        >
          {t.revoke}
        </Button>
      )}
    </li>
  );
}
