import { lazy, Suspense } from "react";
import { t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { BubbleIcon } from "@/ui/icons";
import { useOnePane } from "@/ui/pointer";
import { useChats } from "../hooks/useChats";

const FirstSteps = lazy(() => import("./FirstSteps"));

/** Beside the list while nothing of it was chosen; beside an empty one, the ways to a first chat. */
export function NoChatChosen() {
  const { chats, loaded } = useChats();
  // The list alone is shown there, and says the same.
  if (useOnePane()) return null;
  if (chats.length > 0) {
    return (
      <EmptyState icon={<BubbleIcon size={28} />} title={t.chats.chooseChat}>
        {t.chats.chooseChatHint}
      </EmptyState>
    );
  }
  return <Suspense>{loaded === "yes" && <FirstSteps />}</Suspense>;
}
