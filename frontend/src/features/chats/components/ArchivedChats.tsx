import { UnstyledButton } from "@mantine/core";
import { useId, useState } from "react";
import { t } from "@/strings";
import { ArchiveIcon, DownIcon } from "@/ui/icons";
import type { ListedChat } from "../model/listedChat";
import styles from "./ArchivedChats.module.css";
import { ChatRow } from "./ChatRow";

/** The archived chats of these, behind one line at the top of the list. */
export function ArchivedChats({ chats }: { chats: readonly ListedChat[] }) {
  const [open, setOpen] = useState(false);
  const list = useId();
  const archived = chats.filter(({ settings }) => settings.archived);
  return (
    <li className={styles.archive}>
      <UnstyledButton
        className={styles.line}
        aria-expanded={open}
        aria-controls={open ? list : undefined}
        onClick={() => setOpen(!open)}
      >
        <ArchiveIcon size={18} />
        <span className={styles.name}>{t.chatSettings.archivedChats}</span>
        <span className={styles.count}>{archived.length}</span>
        <span className={styles.chevron} data-open={open || undefined}>
          <DownIcon size={16} />
        </span>
      </UnstyledButton>
      {open && (
        <ul id={list} className={styles.list} aria-label={t.chatSettings.archivedChats}>
          {archived.map((one) => (
            <li key={one.chat.id}>
              <ChatRow listed={one} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}
