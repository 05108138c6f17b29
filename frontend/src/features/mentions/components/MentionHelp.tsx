import { VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useState } from "react";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { AtIcon } from "@/ui/icons";
import { useCandidates } from "../hooks/useCandidates";
import { useUnknownNames } from "../hooks/useUnknownNames";
import type { Candidate } from "../model/candidates";
import type { Completion, MentionHelpProps } from "../model/completion";
import { type Begun, begunAt, EVERYONE, MANY_PEOPLE, namesIn } from "../model/names";
import styles from "./MentionHelp.module.css";

/** Somebody, or everyone. */
type Offer = { kind: "person"; person: Candidate } | { kind: "everyone" };

const nameOf = (offer: Offer) => (offer.kind === "person" ? offer.person.username : EVERYONE);

/**
 * What helps somebody who writes an `@`: whom they may mean, of whom they take one with the keys or a finger, and what of it will
 * stay text.
 */
export default function MentionHelp(props: MentionHelpProps) {
  const { chatId, text, caret, focused, people, leads, keys, onCompletion } = props;
  const begun = begunAt(text, caret);
  const [dismissed, setDismissed] = useState<number>();
  const open = focused && begun !== undefined && begun.start !== dismissed;
  const offers = useOffers(chatId, open ? begun.query : undefined, people, leads);
  const [chosen, setChosen] = useState({ query: "", at: 0 });
  const at = chosen.query === begun?.query ? Math.min(chosen.at, offers.length - 1) : 0;
  const id = useId();
  const optionId = (index: number) => `${id}-${index}`;
  const shown = open && offers.length > 0;

  const take = (offer: Offer | undefined, { start, end }: Begun) => {
    if (!offer) return;
    const follows = /^\s/.test(text.slice(end));
    props.onTake(`@${nameOf(offer)}${follows ? "" : " "}`, { start, end });
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!shown || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    const move = (by: number) => setChosen({ query: begun.query, at: (at + by + offers.length) % offers.length });
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" || event.key === "Tab") take(offers[at], begun);
    else if (event.key === "Escape") setDismissed(begun.start);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  useKeys(keys, onKeyDown);
  useEffect(() => {
    // Whoever begins another one is offered names again.
    if (!begun) setDismissed(undefined);
  }, [begun]);
  const active = shown ? `${id}-${at}` : undefined;
  const completion = useMemo<Completion | undefined>(
    () => (active === undefined ? undefined : { listId: id, optionId: active }),
    [active, id],
  );
  useEffect(() => {
    onCompletion(completion);
    return () => onCompletion(undefined);
  }, [completion, onCompletion]);
  return (
    <>
      <Warnings {...props} begun={focused ? begun : undefined} />
      {shown && (
        <div id={id} role="listbox" aria-label={t.mentions.peopleToMention} className={styles.list}>
          {offers.map((offer, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field, which keeps the focus
            <div
              key={offer.kind === "person" ? offer.person.id : EVERYONE}
              id={optionId(index)}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className={styles.option}
              ref={index === at ? scrollIntoView : undefined}
              // The field keeps the focus, and on a phone its keyboard.
              onMouseDown={(event) => event.preventDefault()}
              onPointerMove={() => setChosen({ query: begun.query, at: index })}
              onClick={() => take(offer, begun)}
            >
              <OfferView offer={offer} people={people} />
            </div>
          ))}
        </div>
      )}
      <VisuallyHidden role="status">{shown ? t.mentions.offeredCount(offers.length) : ""}</VisuallyHidden>
    </>
  );
}

function OfferView({ offer, people }: { offer: Offer; people: number }) {
  if (offer.kind === "everyone") {
    return (
      <>
        <span className={styles.everyone}>
          <AtIcon size={18} />
        </span>
        <span className={styles.words}>
          <span className={styles.name}>{t.mentions.everyone}</span>
          <span className={styles.soft}>
            <bdi>@{EVERYONE}</bdi> · {t.participants.participantsCount(people)}
          </span>
        </span>
      </>
    );
  }
  const { id, username, displayName } = offer.person;
  return (
    <>
      <Avatar name={displayName} seed={id} size={32} />
      <span className={styles.words}>
        <span className={styles.name} dir="auto">
          {displayName}
        </span>
        <span className={styles.soft}>
          <bdi>@{username}</bdi>
        </span>
      </span>
    </>
  );
}

/** Which names will stay text, and that everyone may not be mentioned, but for the name that is still being written. */
function Warnings(props: MentionHelpProps & { begun: Begun | undefined }) {
  const { chatId, text, begun, people, leads, kept } = props;
  const names = useMemo(() => {
    const written = begun ? text.slice(0, begun.start) + text.slice(begun.end) : text;
    return namesIn(written).filter((name) => !kept.includes(name));
  }, [text, begun, kept]);
  const unknown = useUnknownNames(chatId, names);
  const refused = names.includes(EVERYONE) && people > MANY_PEOPLE && !leads;
  return (
    <div className={styles.warnings} role="status">
      {unknown.length > 0 && <p>{t.mentions.staysText(unknown.map((name) => `@${name}`))}</p>}
      {refused && <p>{t.errors.reason.MENTION_ALL_NOT_ALLOWED.replace("{people}", String(MANY_PEOPLE))}</p>}
    </div>
  );
}

/** Whoever fits, with everyone at the end where the reader may mention them all. */
function useOffers(chatId: string, query: string | undefined, people: number, leads: boolean): readonly Offer[] {
  const found = useCandidates(chatId, query);
  return useMemo(() => {
    if (query === undefined) return [];
    const offers: Offer[] = found.map((person) => ({ kind: "person", person }));
    const all = people > 0 && (leads || people <= MANY_PEOPLE) && EVERYONE.startsWith(query.toLowerCase());
    return all ? [...offers, { kind: "everyone" }] : offers;
  }, [query, found, people, leads]);
}

/** The field asks with every key that is pressed in it. */
function useKeys(
  keys: RefObject<((event: KeyboardEvent) => boolean) | null>,
  onKeyDown: (event: KeyboardEvent) => boolean,
) {
  useEffect(() => {
    keys.current = onKeyDown;
    return () => {
      keys.current = null;
    };
  });
}

const scrollIntoView = (option: HTMLElement | null) => option?.scrollIntoView?.({ block: "nearest" });
