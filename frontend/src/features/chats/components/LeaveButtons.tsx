import { Button } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { ConfirmDialog } from "@/ui/ConfirmDialog";
import { Notice } from "@/ui/Notice";
import { useLeaveChat, useRemoveChat } from "../hooks/useChangeChat";
import styles from "./ChatFactsForm.module.css";

/** The ways out of a chat: for oneself, or for everyone. */
export function LeaveButtons(props: { chatId: string; leave: boolean; remove: boolean }) {
  const navigate = useNavigate();
  const [leave] = useLeaveChat();
  const [remove] = useRemoveChat();
  const [asking, setAsking] = useState<"leave" | "remove">();
  const [failure, setFailure] = useState<Failure>();
  const variables = { input: { chatId: props.chatId } };

  const confirm = async () => {
    const what = asking;
    setAsking(undefined);
    setFailure(undefined);
    try {
      await (what === "remove" ? remove({ variables }) : leave({ variables }));
      await navigate({ to: "/" });
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  if (!props.leave && !props.remove) return null;
  return (
    <div className={styles.buttons}>
      {failure && <Notice tone="error">{explain(failure)}</Notice>}
      {props.leave && (
        <Button variant="default" onClick={() => setAsking("leave")}>
          {t.chats.leave}
        </Button>
      )}
      {props.remove && (
        <Button variant="light" color="danger" onClick={() => setAsking("remove")}>
          {t.chats.deleteChat}
        </Button>
      )}
      <ConfirmDialog
        opened={asking !== undefined}
        title={asking === "remove" ? t.chats.deleteChatTitle : t.chats.leaveTitle}
        text={asking === "remove" ? t.chats.deleteChatText : t.chats.leaveText}
        confirm={asking === "remove" ? t.chats.deleteChat : t.chats.leave}
        cancel={t.ui.cancel}
        onClose={() => setAsking(undefined)}
        onConfirm={() => void confirm()}
      />
    </div>
  );
}
