import { Button, PasswordInput, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useLogin } from "../hooks/useSignIn";
import { AuthFrame } from "./AuthFrame";
import styles from "./AuthFrame.module.css";

export function SignInPage() {
  const { start, loading, failure } = useLogin();
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start({ login, password });
  };
  return (
    <AuthFrame
      title={t.signIn}
      footer={
        <>
          {t.noAccountYet}{" "}
          <Link to="/sign-up" search>
            {t.signUp}
          </Link>
        </>
      }
    >
      <form className={styles.form} onSubmit={submit}>
        <TextInput
          label={t.emailOrUsername}
          name="login"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          value={login}
          onChange={(event) => setLogin(event.currentTarget.value)}
        />
        <PasswordInput
          label={t.password}
          name="password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {failure && (
          <Notice tone="error">{failure.code === "UNAUTHENTICATED" ? t.wrongSignIn : explain(failure)}</Notice>
        )}
        <Button type="submit" size="md" loading={loading}>
          {t.signIn}
        </Button>
      </form>
    </AuthFrame>
  );
}
