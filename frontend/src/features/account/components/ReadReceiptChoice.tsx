import { useApolloClient } from "@apollo/client/react";
import { useEffect, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { MeDocument } from "@/gql/users/graphql";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { Toggle } from "@/ui/Toggle";
import { type Account, useSetReadReceipts } from "../hooks/useProfile";
import styles from "./ProfilePage.module.css";

/** Whether others learn what the reader has read, and the reader what they have. It is the account's, on all devices. */
export function ReadReceiptChoice({ account }: { account: Account }) {
  const client = useApolloClient();
  const [set, { loading }] = useSetReadReceipts();
  const [wanted, setWanted] = useState<boolean>();
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    // Another device may have chosen meanwhile.
    client.query({ query: MeDocument, fetchPolicy: "network-only" }).catch(() => {});
  }, [client]);
  const choose = async (enabled: boolean) => {
    if (loading) return;
    setFailure(undefined);
    setWanted(enabled);
    try {
      await set({ variables: { input: { enabled } } });
    } catch (error) {
      setFailure(failureOf(error));
    }
    setWanted(undefined);
  };
  return (
    <section className={styles.section}>
      <h2 className={styles.title}>{t.account.privacy}</h2>
      <Toggle
        label={t.account.readReceipts}
        hint={t.account.readReceiptsHint}
        checked={wanted ?? account.readReceipts}
        onChange={(enabled) => void choose(enabled)}
      />
      {failure && <Notice tone="error">{explain(failure)}</Notice>}
    </section>
  );
}
