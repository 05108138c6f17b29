import { Button } from "@mantine/core";
import { t } from "@/strings";
import { useFollowThread } from "../hooks/useFollowThread";

/** Follows a thread: its new replies are counted then, and it stands in the list of threads. */
export function FollowButton(props: { chatId: string; rootId: string; following: boolean }) {
  const { follow, busy } = useFollowThread(props.chatId, props.rootId);
  return (
    <Button
      size="xs"
      variant={props.following ? "light" : "default"}
      aria-label={props.following ? t.threads.unfollow : t.threads.follow}
      title={t.threads.followHint}
      disabled={busy}
      onClick={() => void follow(!props.following)}
    >
      {props.following ? t.threads.following : t.threads.follow}
    </Button>
  );
}
