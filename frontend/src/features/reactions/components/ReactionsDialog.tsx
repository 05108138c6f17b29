import { Button, Modal, Skeleton } from "@mantine/core";
import { useEffect, useState } from "react";
import { useEmojiNames } from "@/features/emoji";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ReactorFragmentDoc } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { Notice } from "@/ui/Notice";
import { useReactions } from "../hooks/useReactions";
import styles from "./ReactionsDialog.module.css";

/** Who reacted to a message, by emoji: each in the tone that they chose. */
export default function ReactionsDialog(props: {
  chatId: string;
  messageId: string;
  /** Changes when somebody reacts. */
  counts: string;
  /** What is shown first; else the first there is. */
  emoji: string | undefined;
  onClose(): void;
}) {
  const { onClose } = props;
  const { groups, failed, load, more } = useReactions(props.chatId, props.messageId, props.counts);
  const [chosen, setChosen] = useState(props.emoji);
  const nameOf = useEmojiNames(true);
  const isGone = groups?.length === 0;
  useEffect(() => {
    if (isGone) onClose();
  }, [isGone, onClose]);
  const shown = groups?.find(({ emoji }) => emoji === chosen) ?? groups?.[0];
  const labelOf = (emoji: string, count: number) =>
    t.reactions.group(`${emoji} ${nameOf(emoji) ?? ""}`.trim(), t.reactions.countOf(count), false);
  return (
    <Modal opened onClose={onClose} title={t.reactions.whoReacted} closeButtonProps={{ "aria-label": t.ui.close }}>
      <div className={styles.emoji}>
        {groups?.map(({ emoji, count }) => (
          <button
            key={emoji}
            type="button"
            className={styles.choice}
            aria-pressed={emoji === shown?.emoji}
            aria-label={labelOf(emoji, count)}
            title={nameOf(emoji)}
            onClick={() => setChosen(emoji)}
          >
            <span>{emoji}</span> {t.reactions.count(count)}
          </button>
        ))}
      </div>
      {!groups && !failed && <Skeleton height={40} radius="md" aria-busy="true" />}
      {shown && (
        <section aria-label={labelOf(shown.emoji, shown.count)}>
          <ul className={styles.people}>
            {shown.people.map((person) => (
              <Person key={person.userId} person={person} />
            ))}
          </ul>
          {shown.after && (
            <Button variant="default" fullWidth onClick={() => void more(shown)}>
              {t.ui.loadMore}
            </Button>
          )}
        </section>
      )}
      {failed && (
        <>
          <Notice tone="error">{t.reactions.whoFailed}</Notice>
          <Button className={styles.again!} variant="default" onClick={() => void load()}>
            {t.ui.tryAgain}
          </Button>
        </>
      )}
    </Modal>
  );
}

function Person(props: { person: FragmentType<typeof ReactorFragmentDoc> }) {
  const { userId, variant, user } = unmask(ReactorFragmentDoc, props.person);
  const { me } = useSignedIn();
  const name = user?.displayName ?? t.participants.deletedUser;
  return (
    <li className={styles.person}>
      <Avatar name={name} seed={userId} size={32} />
      <span className={styles.name} dir="auto">
        {userId === me ? t.ui.youNamed(name) : name}
      </span>
      <span className={styles.variant}>{variant}</span>
    </li>
  );
}
