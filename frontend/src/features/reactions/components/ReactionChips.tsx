import { useRef, useState } from "react";
import { EmojiPopover, useEmojiNames } from "@/features/emoji";
import { type FragmentType, unmask } from "@/gql/receiver";
import { ReactionChipsFragmentDoc } from "@/gql/receiver/graphql";
import { t } from "@/strings";
import { PlusIcon } from "@/ui/icons";
import { useTabStop } from "@/ui/tabStop";
import { useLongPress } from "../hooks/useLongPress";
import type { OwnReaction, ReactionWish } from "../model/reactionGroups";
import { type ShownReaction, shownReactions } from "../model/shownReactions";
import styles from "./ReactionChips.module.css";

/** What can be done about the reactions to a message. */
export interface ReactionChipsActions {
  /** Whether the reader may react; if not, they only see who did. */
  reactable: boolean;
  /** Takes the own reaction back, or joins those who reacted so. */
  onToggle(emoji: string): void;
  /** Reacts with an emoji, as it was chosen. */
  onPick(variant: string): void;
  /** Shows who reacted. */
  onAsk(emoji: string): void;
}

const NONE: readonly never[] = [];

/** The reactions below a message. Every message in view asks for this, so where there are none it is nothing. */
export function ReactionChips(
  props: ReactionChipsActions & {
    message: FragmentType<typeof ReactionChipsFragmentDoc>;
    own: readonly OwnReaction[] | undefined;
    wishes: readonly ReactionWish[] | undefined;
  },
) {
  const { message, own, wishes, ...actions } = props;
  const { reactionGroups } = unmask(ReactionChipsFragmentDoc, message);
  const shown = shownReactions(reactionGroups, own ?? NONE, wishes ?? NONE);
  return shown.length > 0 ? <Chips shown={shown} {...actions} /> : null;
}

function Chips({ shown, ...actions }: ReactionChipsActions & { shown: readonly ShownReaction[] }) {
  const nameOf = useEmojiNames(true);
  return (
    <ul className={styles.chips} aria-label={t.reactions.reactions}>
      {shown.map((reaction) => (
        <li key={reaction.emoji}>
          <Chip reaction={reaction} name={nameOf(reaction.emoji)} {...actions} />
        </li>
      ))}
      {actions.reactable && (
        <li>
          <AddButton onPick={actions.onPick} />
        </li>
      )}
    </ul>
  );
}

function Chip(props: ReactionChipsActions & { reaction: ShownReaction; name: string | undefined }) {
  const { reaction, name, reactable, onToggle, onAsk } = props;
  const { emoji, count, own } = reaction;
  const stop = useTabStop();
  const longPress = useLongPress(() => onAsk(emoji));
  const shown = own ?? emoji;
  const label = t.reactions.group(name ? `${shown} ${name}` : shown, t.reactions.countOf(count), own !== undefined);
  const pill = (
    <span className={styles.pill}>
      <span className={styles.emoji}>{shown}</span>
      <span>{t.reactions.count(count)}</span>
    </span>
  );
  if (!reactable) {
    return (
      <span
        className={styles.chip}
        role="img"
        aria-label={label}
        title={label}
        data-own={own !== undefined || undefined}
      >
        {pill}
      </span>
    );
  }
  return (
    <button
      type="button"
      className={styles.chip}
      tabIndex={stop}
      aria-pressed={own !== undefined}
      aria-label={label}
      title={label}
      onClick={() => onToggle(emoji)}
      {...longPress}
    >
      {pill}
    </button>
  );
}

/** Leads to all other emoji. */
function AddButton({ onPick }: { onPick(variant: string): void }) {
  const [picking, setPicking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const stop = useTabStop();
  const close = () => {
    setPicking(false);
    button.current?.focus({ preventScroll: true });
  };
  return (
    <span className={styles.add}>
      <button
        ref={button}
        type="button"
        className={styles.chip}
        tabIndex={stop}
        aria-label={t.reactions.react}
        title={t.reactions.react}
        aria-haspopup="dialog"
        aria-expanded={picking}
        onClick={() => setPicking(true)}
      >
        <span className={styles.pill}>
          <PlusIcon size={15} />
        </span>
      </button>
      {picking && <EmojiPopover label={t.reactions.react} onPick={onPick} onClose={close} />}
    </span>
  );
}
