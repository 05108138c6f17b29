import { Button, Modal, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { v7 } from "uuid";
import { type Failure, failureOf } from "@/api/errors";
import { PeoplePicker, type Person } from "@/features/participants";
import type { ChatKind } from "@/gql/sender/graphql";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { useCreateChat } from "../hooks/useCreateChat";
import styles from "./NewChatDialog.module.css";

const kinds = (): { kind: ChatKind; label: string; hint: string }[] => [
  { kind: "DIRECT", label: t.chats.direct, hint: t.chats.directHint },
  { kind: "GROUP", label: t.chats.group, hint: t.chats.groupHint },
  { kind: "PUBLIC", label: t.chats.publicChat, hint: t.chats.publicHint },
];

export default function NewChatDialog({ onClose }: { onClose(): void }) {
  const navigate = useNavigate();
  const { create, loading } = useCreateChat();
  // The id is made once for the dialog: pressing the button again after a lost answer is a retry, not a second chat.
  const [id] = useState(() => v7());
  const [kind, setKind] = useState<ChatKind>("DIRECT");
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [people, setPeople] = useState<Person[]>([]);
  const [failure, setFailure] = useState<Failure>();

  const submit = async (chosen: Person[]) => {
    setFailure(undefined);
    const named = kind === "DIRECT" ? {} : { name: name.trim(), description: description.trim() || null };
    try {
      const chatId = await create({ id, kind, participantIds: chosen.map((person) => person.id), ...named });
      if (!chatId) return;
      onClose();
      await navigate({ to: "/chats/$chatId", params: { chatId } });
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit(people);
  };
  return (
    <Modal opened onClose={onClose} title={t.chats.newChat} closeButtonProps={{ "aria-label": t.ui.close }}>
      <form className={styles.form} onSubmit={onSubmit}>
        <fieldset className={styles.kinds}>
          <legend className={styles.legend}>{t.chats.chatKind}</legend>
          {kinds().map((option) => (
            <label key={option.kind} className={styles.kind}>
              <input
                type="radio"
                name="kind"
                className={styles.radio}
                checked={kind === option.kind}
                onChange={() => setKind(option.kind)}
              />
              {option.label}
            </label>
          ))}
        </fieldset>
        <p className={styles.hint}>{kinds().find((option) => option.kind === kind)?.hint}</p>
        {kind !== "DIRECT" && (
          <>
            <TextInput
              label={t.chats.chatName}
              required
              withAsterisk={false}
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <TextInput
              label={t.chats.description}
              maxLength={500}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
          </>
        )}
        <PeoplePicker
          chosen={people}
          single={kind === "DIRECT"}
          onChange={(chosen) => {
            setPeople(chosen);
            if (kind === "DIRECT" && chosen.length === 1) void submit(chosen);
          }}
        />
        {failure && <Notice tone="error">{explain(failure)}</Notice>}
        {kind !== "DIRECT" && (
          <Button type="submit" loading={loading} disabled={!name.trim()}>
            {t.chats.create}
          </Button>
        )}
      </form>
    </Modal>
  );
}
