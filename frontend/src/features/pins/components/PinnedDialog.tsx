import { ActionIcon, Button, Modal } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { wordsFor } from "@/features/mentions";
import { type Pinning, senderName } from "@/features/messages";
import { t } from "@/strings";
import { briefTime, fullTime } from "@/strings/time";
import { Avatar } from "@/ui/Avatar";
import { CloseIcon } from "@/ui/icons";
import { plainText } from "@/ui/parseMarkdown";
import { useToday } from "@/ui/today";
import type { usePinnedMessages } from "../hooks/usePinnedMessages";
import { placeOf } from "../model/placeOf";
import styles from "./PinnedDialog.module.css";

type Pinned = ReturnType<typeof usePinnedMessages>["pinned"][number];

/** All pinned messages of a chat. Each leads to its place. */
export function PinnedDialog(props: {
  pinned: readonly Pinned[];
  more: (() => void) | undefined;
  pinning: Pinning | undefined;
  onClose(): void;
}) {
  useToday();
  return (
    <Modal opened onClose={props.onClose} title={t.pins.pinned} closeButtonProps={{ "aria-label": t.ui.close }}>
      <ul className={styles.list}>
        {props.pinned.map(({ message }) => {
          const content = message.content ?? "";
          const name = senderName(message);
          return (
            <li key={message.id} className={styles.row}>
              <Link {...placeOf(message)} className={styles.link} onClick={props.onClose}>
                <Avatar name={name} seed={message.senderId} size={36} />
                <span className={styles.text}>
                  <span className={styles.line}>
                    <strong dir="auto">{name}</strong>
                    <time className={styles.time} dateTime={message.createdAt} title={fullTime(message.createdAt)}>
                      {briefTime(message.createdAt)}
                    </time>
                  </span>
                  <span className={styles.about} dir="auto">
                    {plainText(content, wordsFor(content, message))}
                  </span>
                </span>
              </Link>
              {props.pinning && (
                <ActionIcon
                  size={44}
                  aria-label={t.pins.unpinMessageOf(name)}
                  title={t.pins.unpin}
                  onClick={() => props.pinning?.set(message.id, false)}
                >
                  <CloseIcon size={18} />
                </ActionIcon>
              )}
            </li>
          );
        })}
      </ul>
      {props.pinned.length === 0 && <p className={styles.none}>{t.pins.none}</p>}
      {props.more && (
        <Button variant="default" fullWidth onClick={props.more}>
          {t.ui.loadMore}
        </Button>
      )}
    </Modal>
  );
}
