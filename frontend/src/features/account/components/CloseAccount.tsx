import { Button, Modal } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { useServices } from "@/session/services";
import { explain, t } from "@/strings";
import { useDeactivateUser } from "../hooks/useProfile";
import { PasswordField } from "./PasswordField";
import styles from "./ProfilePage.module.css";

/** The end of the account, for those who give its password once more. */
export function CloseAccount({ username }: { username: string }) {
  const [asking, setAsking] = useState(false);
  return (
    <section className={styles.section}>
      <h2 className={styles.title}>{t.account.closeAccount}</h2>
      <p className={styles.soft}>{t.account.closeAccountHint}</p>
      <Button className={styles.save} variant="light" color="danger" onClick={() => setAsking(true)}>
        {t.account.closeAccount}
      </Button>
      {asking && <CloseAccountDialog username={username} onClose={() => setAsking(false)} />}
    </section>
  );
}

function CloseAccountDialog({ username, onClose }: { username: string; onClose(): void }) {
  const antiphon = useServices();
  const [deactivate, { loading }] = useDeactivateUser();
  const [password, setPassword] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await deactivate({ variables: { input: { password } } });
      await antiphon.signOut();
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <Modal opened onClose={onClose} title={t.account.closeAccount} closeButtonProps={{ "aria-label": t.ui.close }}>
      <form className={styles.form} onSubmit={submit}>
        <p className={styles.soft}>{t.account.closeAccountHint}</p>
        {/* For password managers: whose password this is. */}
        <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
        <PasswordField
          label={t.account.currentPassword}
          autoComplete="current-password"
          data-autofocus
          value={password}
          error={failure && explain(failure)}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <div className={styles.pair}>
          <Button variant="default" onClick={onClose}>
            {t.ui.cancel}
          </Button>
          <Button type="submit" color="danger" loading={loading} disabled={!password}>
            {t.account.closeAccount}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
