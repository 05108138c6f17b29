import { useApolloClient } from "@apollo/client/react";
import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { MeDocument } from "@/gql/users/graphql";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useFaultFocus } from "../hooks/useFaultFocus";
import { type Account, accountOf, useUpdateProfile } from "../hooks/useProfile";
import styles from "./ProfilePage.module.css";

/** Name and a few words. What another device changes meanwhile comes into its field; the other one keeps what was typed. */
export function NameForm({ account }: { account: Account }) {
  const client = useApolloClient();
  const [update, { loading, data }] = useUpdateProfile();
  const [displayName, setDisplayName] = useState(account.user.displayName);
  const [about, setAbout] = useState(account.user.about);
  const [failure, setFailure] = useState<Failure>();
  const form = useFaultFocus(failure, loading, "displayName");
  const [base, setBase] = useState(account);
  if (base.version !== account.version) {
    setBase(account);
    if (base.user.displayName !== account.user.displayName) setDisplayName(account.user.displayName);
    if (base.user.about !== account.user.about) setAbout(account.user.about);
  }

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      const { data: updated } = await update({
        variables: { input: { displayName, about, version: account.version } },
      });
      if (!updated) return;
      // As it was stored: without space around it, and in one form.
      const { user } = accountOf(updated.updateProfile.account);
      setDisplayName(user.displayName);
      setAbout(user.about);
    } catch (error) {
      const what = failureOf(error);
      setFailure(what);
      if (what.code === "CONFLICT") await client.query({ query: MeDocument, fetchPolicy: "network-only" });
    }
  };
  const faultOf = (field: string) => (failure?.field === field ? explain(failure) : undefined);
  const fieldless = failure && failure.field !== "displayName" && failure.field !== "about";
  const isStored = displayName === account.user.displayName && about === account.user.about;
  return (
    <form ref={form} className={styles.section} onSubmit={submit}>
      <h2 className={styles.title}>{t.account.account}</h2>
      <TextInput
        label={t.account.displayName}
        name="displayName"
        description={t.account.displayNameHint}
        maxLength={100}
        required
        withAsterisk={false}
        value={displayName}
        error={faultOf("displayName")}
        onChange={(event) => setDisplayName(event.currentTarget.value)}
      />
      <Textarea
        label={t.account.about}
        name="about"
        maxLength={500}
        rows={2}
        value={about}
        error={faultOf("about")}
        onChange={(event) => setAbout(event.currentTarget.value)}
      />
      {fieldless && (
        <Notice tone="error">{failure.code === "CONFLICT" ? t.account.profileConflict : explain(failure)}</Notice>
      )}
      {data && !failure && isStored && <Notice tone="success">{t.ui.saved}</Notice>}
      <Button type="submit" className={styles.save} loading={loading}>
        {t.ui.save}
      </Button>
    </form>
  );
}
