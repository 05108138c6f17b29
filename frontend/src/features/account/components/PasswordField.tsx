import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useState } from "react";
import { t } from "@/strings";

/** A password, with a button that shows what was typed: in the reader's language, and reachable with the keyboard. */
export function PasswordField(props: PasswordInputProps) {
  const [visible, setVisible] = useState(false);
  return (
    <PasswordInput
      required
      withAsterisk={false}
      visible={visible}
      onVisibilityChange={setVisible}
      visibilityToggleButtonProps={{ "aria-label": t.account.showPassword, "aria-pressed": visible, tabIndex: 0 }}
      {...props}
    />
  );
}
