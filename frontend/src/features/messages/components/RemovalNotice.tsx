import { type RefObject, useLayoutEffect, useRef } from "react";
import { useStore } from "@/api/store";
import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { Notice } from "@/ui/Notice";
import { Prompt } from "@/ui/Prompt";
import styles from "./RemovalNotice.module.css";

/** Says that a message was removed, for as long as that can be undone; or that it could not be removed. */
export function RemovalNotice(props: {
  chatId: string;
  /** Whether whoever removed it did so with the keyboard, and so finds what is next with the keyboard. */
  byKeyboard: boolean;
  /** Where the reader goes on when there is nothing to undo any more. */
  list: RefObject<HTMLElement | null>;
}) {
  const { removals } = useSignedIn();
  const held = useStore(removals.held);
  const refused = useStore(removals.refused);
  return (
    <>
      {refused?.chatId === props.chatId && (
        <Notice tone="error">
          {t.messages.notRemoved} {explain(refused.failure)}
        </Notice>
      )}
      <div className={styles.place} role="status">
        {held && <Undo key={held.id} {...props} />}
      </div>
    </>
  );
}

function Undo({ byKeyboard, list }: { byKeyboard: boolean; list: RefObject<HTMLElement | null> }) {
  const { removals } = useSignedIn();
  const frame = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = frame.current;
    if (byKeyboard) element?.querySelector("button")?.focus();
    return () => {
      if (element?.contains(document.activeElement)) list.current?.focus();
    };
  }, [byKeyboard, list]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it does nothing itself; it notices that its button is about to be used
    <div
      ref={frame}
      className={styles.prompt}
      onFocus={() => removals.extendUndo(true)}
      onBlur={() => removals.extendUndo(false)}
      onPointerEnter={() => removals.extendUndo(true)}
      onPointerLeave={() => removals.extendUndo(false)}
    >
      <Prompt text={t.messages.messageRemoved} action={t.ui.undo} onAction={() => removals.undo()} />
    </div>
  );
}
