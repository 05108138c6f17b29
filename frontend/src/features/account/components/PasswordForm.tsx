import { Button } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useFaultFocus } from "../hooks/useFaultFocus";
import { useChangePassword } from "../hooks/useProfile";
import { PasswordField } from "./PasswordField";
import styles from "./ProfilePage.module.css";

export function PasswordForm({ username }: { username: string }) {
  const [change, { loading, data }] = useChangePassword();
  const [currentPassword, setCurrentPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const [failure, setFailure] = useState<Failure>();
  const form = useFaultFocus(failure, loading, "newPassword");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await change({ variables: { input: { currentPassword, newPassword } } });
      setCurrentPassword("");
      setNewPassword("");
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  const faultOf = (field: string) => (failure?.field === field ? explain(failure) : undefined);
  const fieldless = failure && failure.field !== "currentPassword" && failure.field !== "newPassword";
  return (
    <form ref={form} className={styles.section} onSubmit={submit}>
      <h2 className={styles.title}>{t.account.changePassword}</h2>
      {/* For password managers: whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
      <PasswordField
        label={t.account.currentPassword}
        name="currentPassword"
        autoComplete="current-password"
        value={currentPassword}
        error={faultOf("currentPassword")}
        onChange={(event) => setCurrentPassword(event.currentTarget.value)}
      />
      <PasswordField
        label={t.account.newPassword}
        name="newPassword"
        description={t.account.passwordHint}
        autoComplete="new-password"
        value={newPassword}
        error={faultOf("newPassword")}
        onChange={(event) => setNewPassword(event.currentTarget.value)}
      />
      {fieldless && <Notice tone="error">{explain(failure)}</Notice>}
      {data && !failure && <Notice tone="success">{t.account.passwordChanged}</Notice>}
      <Button type="submit" className={styles.save} loading={loading}>
        {t.account.changePassword}
      </Button>
    </form>
  );
}
