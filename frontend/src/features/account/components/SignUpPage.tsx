import { Button, TextInput } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useFaultFocus } from "../hooks/useFaultFocus";
import { useRegister } from "../hooks/useSignIn";
import { AuthFrame } from "./AuthFrame";
import styles from "./AuthFrame.module.css";
import { PasswordField } from "./PasswordField";

export function SignUpPage() {
  const { start, loading, failure } = useRegister();
  const [input, setInput] = useState({ displayName: "", username: "", email: "", password: "" });
  const form = useFaultFocus(failure, loading, "username");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const displayName = input.displayName.trim();
    void start({ ...input, displayName: displayName || null });
  };
  const bind = (field: keyof typeof input) => ({
    name: field,
    value: input[field],
    onChange: (event: { currentTarget: HTMLInputElement }) => {
      const { value } = event.currentTarget;
      setInput((before) => ({ ...before, [field]: value }));
    },
    error: failure?.field === field ? explain(failure) : undefined,
  });
  const fieldless = failure && !(failure.field && failure.field in input);
  return (
    <AuthFrame
      title={t.account.signUp}
      footer={
        <>
          {t.account.haveAccount}{" "}
          <Link to="/sign-in" search>
            {t.account.signIn}
          </Link>
        </>
      }
    >
      <form ref={form} className={styles.form} onSubmit={submit}>
        <TextInput
          label={t.account.displayNameOptional}
          description={t.account.displayNameHint}
          autoComplete="name"
          maxLength={100}
          {...bind("displayName")}
        />
        <TextInput
          label={t.account.username}
          description={t.account.usernameHint}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          withAsterisk={false}
          {...bind("username")}
        />
        <TextInput
          label={t.account.email}
          type="email"
          autoComplete="email"
          required
          withAsterisk={false}
          {...bind("email")}
        />
        <PasswordField
          label={t.account.password}
          description={t.account.passwordHint}
          autoComplete="new-password"
          {...bind("password")}
        />
        {fieldless && <Notice tone="error">{explain(failure)}</Notice>}
        <Button type="submit" size="md" loading={loading}>
          {t.account.signUp}
        </Button>
      </form>
    </AuthFrame>
  );
}
