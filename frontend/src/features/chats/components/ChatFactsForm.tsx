import { Button, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Failure, failureOf } from "@/api/errors";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { Toggle } from "@/ui/Toggle";
import { useUpdateChat } from "../hooks/useChangeChat";
import styles from "./ChatFactsForm.module.css";

/** What those who may can change about a chat: its name, its description, and whether there are reactions and threads. */
export function ChatFactsForm(props: {
  chatId: string;
  name: string;
  description: string;
  reactionsAllowed: boolean;
  threadsAllowed: boolean;
  onDone(): void;
}) {
  const [update, { loading }] = useUpdateChat();
  const [name, setName] = useState(props.name);
  const [description, setDescription] = useState(props.description);
  const [reactionsAllowed, setReactionsAllowed] = useState(props.reactionsAllowed);
  const [threadsAllowed, setThreadsAllowed] = useState(props.threadsAllowed);
  const [failure, setFailure] = useState<Failure>();
  const renamed = name.trim() !== props.name || description.trim() !== props.description;
  const switched = reactionsAllowed !== props.reactionsAllowed || threadsAllowed !== props.threadsAllowed;
  const changed = renamed || switched;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFailure(undefined);
    const facts = { name: name.trim(), description: description.trim(), reactionsAllowed, threadsAllowed };
    const input = { chatId: props.chatId, ...facts };
    try {
      await update({ variables: { input } });
      props.onDone();
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <TextInput
        label={t.chats.chatName}
        data-autofocus
        required
        withAsterisk={false}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t.chats.description}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={500}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Toggle
        label={t.chats.reactionsAllowed}
        hint={t.chats.reactionsAllowedHint}
        checked={reactionsAllowed}
        onChange={setReactionsAllowed}
      />
      <Toggle
        label={t.chats.threadsAllowed}
        hint={t.chats.threadsAllowedHint}
        checked={threadsAllowed}
        onChange={setThreadsAllowed}
      />
      {failure && <Notice tone="error">{explain(failure)}</Notice>}
      <div className={styles.pair}>
        <Button variant="default" onClick={props.onDone}>
          {t.ui.cancel}
        </Button>
        <Button type="submit" loading={loading} disabled={!changed || !name.trim()}>
          {t.ui.save}
        </Button>
      </div>
    </form>
  );
}
