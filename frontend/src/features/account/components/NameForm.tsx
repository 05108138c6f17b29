import { useApolloClient } from "@apollo/client/react";
import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { type AccountFieldsFragment, MeDocument } from "@/gql/users/graphql";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useUpdateProfile } from "../hooks/useProfile";
import styles from "./ProfilePage.module.css";

/** Name and a few words. Keyed by the account's version from outside: a newer version starts the form anew. */
export function NameForm({ account }: { account: AccountFieldsFragment }) {
  const client = useApolloClient();
  const [update, { loading, data }] = useUpdateProfile();
  const [displayName, setDisplayName] = useState(account.user.displayName);
  const [about, setAbout] = useState(account.user.about);
  const [failure, setFailure] = useState<Failure>();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await update({ variables: { input: { displayName, about, version: account.version } } });
    } catch (error) {
      const what = failureOf(error);
      setFailure(what);
      if (what.code === "CONFLICT") await client.query({ query: MeDocument, fetchPolicy: "network-only" });
    }
  };
  return (
    <form className={styles.section} onSubmit={submit}>
      <h2 className={styles.title}>{t.account}</h2>
      <TextInput
        label={t.displayName}
        description={t.displayNameHint}
        maxLength={100}
        required
        withAsterisk={false}
        value={displayName}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <Textarea
        label={t.about}
        maxLength={500}
        rows={2}
        value={about}
        onChange={(event) => setAbout(event.currentTarget.value)}
      />
      {failure && <Notice tone="error">{failure.code === "CONFLICT" ? t.profileConflict : explain(failure)}</Notice>}
      {data && !failure && <Notice tone="success">{t.saved}</Notice>}
      <Button type="submit" className={styles.save} loading={loading}>
        {t.save}
      </Button>
    </form>
  );
}
