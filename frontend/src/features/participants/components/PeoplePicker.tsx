import { ActionIcon, Skeleton, TextInput, UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { failureOf } from "@/api/errors";
import { useSignedIn } from "@/app/antiphon";
import { explain, t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { CloseIcon, SearchIcon } from "@/ui/icons";
import { isComposing } from "@/ui/keys";
import { Notice } from "@/ui/Notice";
import { SHORTEST_SEARCH, useSearchUsers } from "../hooks/useSearchUsers";
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
  const taken = new Set([me, ...props.chosen.map((person) => person.id)]);
  const offered = people.filter((person) => !taken.has(person.id) && !props.except?.has(person.id));

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
                aria-label={t.removePerson(person.displayName)}
                onClick={() => props.onChange(props.chosen.filter((other) => other.id !== person.id))}
              >
                <CloseIcon size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <TextInput
        label={t.findPeople}
        data-autofocus
        placeholder={t.findPeopleHint}
        leftSection={<SearchIcon size={18} />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || isComposing(event.nativeEvent)) return;
          event.preventDefault();
          const [only] = offered;
          if (only) choose(only);
        }}
      />
      <div className={styles.found} aria-live="polite">
        {loading && <Skeleton height={44} radius="md" />}
        {error && <Notice tone="error">{explain(failureOf(error))}</Notice>}
        {done && offered.length === 0 && text.trim().length >= SHORTEST_SEARCH && (
          <p className={styles.nobody}>{t.nobodyFound(query)}</p>
        )}
        {offered.map((person) => (
          <UnstyledButton
            key={person.id}
            className={styles.person}
            aria-label={t.addPerson(person.displayName)}
            onClick={() => choose(person)}
          >
            <Avatar name={person.displayName} seed={person.id} size={36} />
            <span className={styles.names}>
              <span dir="auto">{person.displayName}</span>
              <span className={styles.soft} dir="ltr">
                @{person.username}
              </span>
            </span>
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}
