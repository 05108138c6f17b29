import { useMemo } from "react";
import { useStore } from "@/api/store";
import { useChoices } from "@/features/preferences";
import type { CachedMessageFragment } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";
import { foldReplies } from "../model/foldedReplies";
import { rowsOf } from "../model/rows";
import { useFolding } from "./useFolding";
import type { LoadedMessages } from "./useMessages";
import { useReactionWishes } from "./useReactionWishes";

/** What stands in a list of messages, with what the reader has said and no service has acknowledged. */
export function useRows(
  props: { chatId: string; conversation: LoadedMessages; root?: CachedMessageFragment | undefined },
  readUpTo: number,
) {
  const { chatId, root } = props;
  const { messages, atEnd } = props.conversation;
  const { me, outbox } = useSignedIn();
  const entries = useStore(outbox.entries);
  const unsent = useMemo(() => entries.filter((entry) => entry.chatId === chatId), [entries, chatId]);
  const wishes = useReactionWishes(unsent);
  const { unfolded, setOpen } = useFolding();
  const folds = useChoices().foldReplies === true;
  const all = useMemo(() => {
    // What was written last stands below the newest; what changes messages that are there stands with them. A reaction makes
    // its row taller: who is at the end stays there.
    const here = unsent.filter((entry) => atEnd || entry.kind !== "message");
    return rowsOf({ messages, root, unsent: here, readUpTo, me });
  }, [messages, root, atEnd, unsent, readUpTo, me]);
  const rows = useMemo(() => (folds ? foldReplies(all, unfolded) : all), [folds, all, unfolded]);
  return { rows, wishes, setOpen };
}
