import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { t } from "@/strings";
import { copyText } from "@/ui/copy";
import { EmptyState } from "@/ui/EmptyState";
import { BubbleIcon, CompassIcon, CopyIcon, SearchIcon } from "@/ui/icons";
import { tell } from "@/ui/status";
import styles from "./FirstSteps.module.css";

const NewChatDialog = lazy(() => import("./NewChatDialog"));

/** For someone without a chat: the ways to one. */
export default function FirstSteps() {
  const [creating, setCreating] = useState(false);
  const invite = async () => {
    const { origin } = location;
    // Where it cannot be copied, it can be read.
    tell((await copyText(origin)) ? t.chats.addressCopied : origin);
  };
  return (
    <EmptyState
      icon={<BubbleIcon size={28} />}
      title={t.chats.noChats}
      action={
        <div className={styles.steps}>
          <Button leftSection={<SearchIcon size={18} />} onClick={() => setCreating(true)}>
            {t.chats.findPerson}
          </Button>
          <Button component={Link} to="/discover" variant="default" leftSection={<CompassIcon size={18} />}>
            {t.chats.lookAtPublic}
          </Button>
          <Button variant="default" leftSection={<CopyIcon size={18} />} onClick={() => void invite()}>
            {t.chats.copyInvitation}
          </Button>
          {creating && (
            <Suspense>
              <NewChatDialog onClose={() => setCreating(false)} />
            </Suspense>
          )}
        </div>
      }
    >
      {t.chats.noChatsHint}
    </EmptyState>
  );
}
