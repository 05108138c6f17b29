import { ActionIcon, Skeleton, TextInput, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useState } from "react";
import { failureOf } from "@/api/errors";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { CloseIcon, SearchIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import { Notice } from "@/ui/Notice";
import { isSearchable, useSearchUsers } from "../hooks/useSearchUsers";
import styles from "./PeoplePicker.module.css";

export interface Person {
  id: string;
  username: string;
  displayName: string;
}

/** Finds people by name and collects them. With `single`, choosing one is all there is. */
export function PeoplePicker(props: {
  chosen: Person[];
  single?: boolean;
  /** People who are there already and need not be offered. */
  except?: ReadonlySet<string>;
  onChange(chosen: Person[]): void;
}) {
  const { me } = useSignedIn();
  const [text, setText] = useState("");
  const { people, query, loading, error, done } = useSearchUsers(text);
  const chosen = new Set(props.chosen.map((person) => person.id));
  const found = people.filter((person) => !chosen.has(person.id));
  /** Why somebody who was found cannot be chosen. */
  const obstacle = ({ id }: Person) => {
    if (id === me) return t.participants.thatIsYou;
    return props.except?.has(id) ? t.participants.alreadyHere : undefined;
  };

  const choose = (person: Person) => {
    setText("");
    props.onChange(props.single ? [person] : [...props.chosen, person]);
  };
  return (
    <div className={styles.picker}>
      {!props.single && props.chosen.length > 0 && (
        <ul className={styles.chosen}>
          {props.chosen.map((person) => (
            <li key={person.id} className={styles.pill}>
              {person.displayName}
              <ActionIcon
                size={22}
                aria-label={t.participants.removePerson(person.displayName)}
                onClick={() => props.onChange(props.chosen.filter((other) => other.id !== person.id))}
              >
                <CloseIcon size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <TextInput
        label={t.participants.findPeople}
        data-autofocus
        description={t.participants.findPeopleHint}
        inputWrapperOrder={["label", "input", "description"]}
        leftSection={<SearchIcon size={18} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || isComposing(event.nativeEvent)) return;
          event.preventDefault();
          const first = found.find((person) => !obstacle(person));
          if (first) choose(first);
        }}
      />
      <div className={styles.found} aria-live="polite">
        {loading && <Skeleton height={44} radius="md" />}
        {error && <Notice tone="error">{explain(failureOf(error))}</Notice>}
        {done && people.length === 0 && isSearchable(text) && (
          <p className={styles.nobody}>{t.participants.nobodyFound(query)}</p>
        )}
        {found.map((person) => (
          <UnstyledButton
            key={person.id}
            className={styles.person}
            disabled={obstacle(person) !== undefined}
            onClick={() => choose(person)}
          >
            <Avatar name={person.displayName} seed={person.id} size={36} />
            <span className={styles.names}>
              {!obstacle(person) && <VisuallyHidden>{t.participants.addPerson} </VisuallyHidden>}
              <span dir="auto">{person.displayName}</span>
              <span className={styles.soft} dir="ltr">
                @{person.username}
              </span>
              {obstacle(person) && <span className={styles.soft}>{obstacle(person)}</span>}
            </span>
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}
