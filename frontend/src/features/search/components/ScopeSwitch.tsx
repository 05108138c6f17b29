import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useStore } from "@/api/store";
import { useChat } from "@/features/chats";
import { useSignedIn } from "@/session/services";
import { t } from "@/strings";
import { Toggle } from "@/ui/Toggle";
import styles from "./SearchPanel.module.css";

/** Whether only one chat is searched: the one that is open, or that the search was opened from. */
export function ScopeSwitch() {
  const { search } = useSignedIn();
  const { chatId } = useStore(search.state);
  const [from] = useState(chatId);
  const { chatId: open } = useParams({ strict: false });
  const here = chatId ?? open ?? from;
  return here ? <Switch key={here} chatId={here} on={chatId !== undefined} /> : null;
}

function Switch({ chatId, on }: { chatId: string; on: boolean }) {
  const { search } = useSignedIn();
  const { listed } = useChat(chatId);
  if (!listed) return null;
  return (
    <div className={styles.scope}>
      <Toggle
        label={t.search.onlyIn(listed.title.name)}
        checked={on}
        onChange={(only) => search.searchIn(only ? chatId : undefined)}
      />
    </div>
  );
}
