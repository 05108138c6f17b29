import { Button, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useFaultFocus } from "../hooks/useFaultFocus";
import { useLogin } from "../hooks/useSignIn";
import { AuthFrame } from "./AuthFrame";
import styles from "./AuthFrame.module.css";
import { PasswordField } from "./PasswordField";

export function SignInPage() {
  const { start, loading, failure } = useLogin();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const form = useFaultFocus(failure, loading, "password");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start({ login, password });
  };
  return (
    <AuthFrame
      title={t.account.signIn}
      footer={
        <>
          {t.account.noAccountYet}{" "}
          <Link to="/sign-up" search>
            {t.account.signUp}
          </Link>
        </>
      }
    >
      <form ref={form} className={styles.form} onSubmit={submit}>
        <TextInput
          label={t.account.emailOrUsername}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordField
          label={t.account.password}
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {failure && (
          <Notice tone="error">{failure.code === "UNAUTHENTICATED" ? t.account.wrongSignIn : explain(failure)}</Notice>
        )}
        <Button type="submit" size="md" loading={loading}>
          {t.account.signIn}
        </Button>
      </form>
    </AuthFrame>
  );
}
