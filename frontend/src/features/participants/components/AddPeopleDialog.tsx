import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useAddParticipants } from "../hooks/useChangeParticipants";
import styles from "./AddPeopleDialog.module.css";
import { PeoplePicker, type Person } from "./PeoplePicker";

export function AddPeopleDialog(props: { chatId: string; present: ReadonlySet<string>; onClose(): void }) {
  const [people, setPeople] = useState<Person[]>([]);
  const [failure, setFailure] = useState<Failure>();
  const { add, loading } = useAddParticipants(props.chatId);
  const submit = async () => {
    setFailure(undefined);
    try {
      await add(people);
      props.onClose();
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t.participants.addPeople}
      closeButtonProps={{ "aria-label": t.ui.close }}
    >
      <div className={styles.form}>
        <PeoplePicker chosen={people} except={props.present} onChange={setPeople} />
        {failure && <Notice tone="error">{explain(failure)}</Notice>}
        <Button disabled={people.length === 0} loading={loading} onClick={() => void submit()}>
          {t.participants.addPeople}
        </Button>
      </div>
    </Modal>
  );
}
