import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useFaultFocus } from "../hooks/useFaultFocus";
import { accountOf, useChangeUsername } from "../hooks/useProfile";
import styles from "./ProfilePage.module.css";

export function UsernameForm({ username: current }: { username: string }) {
  const [change, { loading, data }] = useChangeUsername();
  const [username, setUsername] = useState(current);
  const [failure, setFailure] = useState<Failure>();
  const form = useFaultFocus(failure, loading, "username");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      const { data: changed } = await change({ variables: { input: { username } } });
      if (changed) setUsername(accountOf(changed.changeUsername.account).user.username);
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <form ref={form} className={styles.section} onSubmit={submit}>
      <h2 className={styles.title}>{t.account.changeUsername}</h2>
      <TextInput
        label={t.account.username}
        name="username"
        description={`${t.account.usernameHint} ${t.account.usernameChangeHint}`}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        value={username}
        error={failure && explain(failure)}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      {data && !failure && username === current && <Notice tone="success">{t.ui.saved}</Notice>}
      <Button type="submit" className={styles.save} loading={loading} disabled={username === current}>
        {t.account.changeUsername}
      </Button>
    </form>
  );
}
