import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useChangePassword } from "../hooks/useProfile";
import styles from "./ProfilePage.module.css";

export function PasswordForm({ username }: { username: string }) {
  const [change, { loading, data }] = useChangePassword();
  const [currentPassword, setCurrentPassword] = useState("");
  const [newPassword, setNewPassword] = useState("");
  const [failure, setFailure] = useState<Failure>();

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
  const isCurrent = failure?.field === "currentPassword" || failure?.code === "FORBIDDEN";
  return (
    <form className={styles.section} onSubmit={submit}>
      <h2 className={styles.title}>{t.changePassword}</h2>
      {/* For password managers: whose password this is. */}
      <input type="hidden" name="username" autoComplete="username" value={username} readOnly />
      <PasswordInput
        label={t.currentPassword}
        autoComplete="current-password"
        required
        withAsterisk={false}
        value={currentPassword}
        error={isCurrent ? t.wrongPassword : undefined}
        onChange={(event) => setCurrentPassword(event.currentTarget.value)}
      />
      <PasswordInput
        label={t.newPassword}
        description={t.passwordHint}
        autoComplete="new-password"
        required
        withAsterisk={false}
        value={newPassword}
        error={failure && !isCurrent ? explain(failure) : undefined}
        onChange={(event) => setNewPassword(event.currentTarget.value)}
      />
      {data && !failure && <Notice tone="success">{t.passwordChanged}</Notice>}
      <Button type="submit" className={styles.save} loading={loading}>
        {t.changePassword}
      </Button>
    </form>
  );
}
