import { Button } from "@mantine/core";
import { t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { CheckIcon } from "@/ui/icons";

/** In the place of the list, where only what is unread is shown and nothing is. */
export default function NothingUnread({ onShowAll }: { onShowAll(): void }) {
  return (
    <li>
      <EmptyState
        icon={<CheckIcon size={28} />}
        title={t.chats.nothingUnread}
        action={
          <Button variant="default" onClick={onShowAll}>
            {t.chats.showAllChats}
          </Button>
        }
      />
    </li>
  );
}
