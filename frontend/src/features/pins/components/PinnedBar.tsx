import { UnstyledButton } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { wordsFor } from "@/features/mentions";
import { senderName } from "@/features/messages";
import { t } from "@/strings";
import { PinIcon } from "@/ui/icons";
import { plainText } from "@/ui/parseMarkdown";
import { usePinnedMessages } from "../hooks/usePinnedMessages";
import type { PinnedBarProps } from "../model/pinnedBar";
import { placeOf } from "../model/placeOf";
import styles from "./PinnedBar.module.css";
import { PinnedDialog } from "./PinnedDialog";

/** What is pinned in the chat, in one line: the newest pin, which leads to the message, and the way to all. */
export default function PinnedBar({ chatId, pinning }: PinnedBarProps) {
  const { pinned, more } = usePinnedMessages(chatId);
  const [open, setOpen] = useState(false);
  const [newest] = pinned;
  if (!newest) return null;
  const { message } = newest;
  const content = message.content ?? "";
  const count = pinned.length + (more ? 1 : 0);
  return (
    <section className={styles.bar} aria-label={t.pins.pinned}>
      <Link {...placeOf(message)} className={styles.newest}>
        <PinIcon size={16} />
        <span className={styles.text} dir="auto">
          {t.chats.someoneSaid(senderName(message), plainText(content, wordsFor(content, message)))}
        </span>
      </Link>
      <UnstyledButton className={styles.all} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        {count > 1 ? t.pins.allCount(pinned.length, more !== undefined) : t.pins.show}
      </UnstyledButton>
      {open && <PinnedDialog pinned={pinned} more={more} pinning={pinning} onClose={() => setOpen(false)} />}
    </section>
  );
}
