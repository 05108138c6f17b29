import { useApolloClient } from "@apollo/client/react";
import { Button, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { MessageAtTimeDocument } from "@/gql/receiver/graphql";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { dayOf, startOfDay } from "../model/day";
import styles from "./DateDialog.module.css";

interface Props {
  chatId: string;
  /** The day that the reader is at. */
  from: string;
  onJump(messageId: string): void;
  onClose(): void;
}

/** Asks for a day, and leads to what was said first on it, or on the next day on which anything was said. */
export default function DateDialog({ chatId, from, onJump, onClose }: Props) {
  const client = useApolloClient();
  const [day, setDay] = useState(() => dayOf(new Date(from)));
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);
  const time = startOfDay(day);
  const go = async (event: FormEvent) => {
    event.preventDefault();
    if (!time) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const variables = { chatId, time: time.toISOString() };
      const { data } = await client.query({ query: MessageAtTimeDocument, variables, fetchPolicy: "no-cache" });
      const [first] = data?.messages.edges ?? [];
      if (first) onJump(first.node.id);
      onClose();
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t.messages.jumpToDate}
      closeButtonProps={{ "aria-label": t.ui.close }}
      size="sm"
    >
      <form onSubmit={(event) => void go(event)}>
        <TextInput
          type="date"
          label={t.messages.date}
          value={day}
          max={dayOf(new Date())}
          onChange={(event) => setDay(event.currentTarget.value)}
          data-autofocus
          required
        />
        {failure && <Notice tone="error">{explain(failure)}</Notice>}
        <div className={styles.buttons}>
          <Button type="submit" loading={busy} disabled={!time}>
            {t.messages.goThere}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
