import { t } from "@/strings";
import { EmptyState } from "@/ui/EmptyState";
import { BubbleIcon } from "@/ui/icons";

export function NoChatChosen() {
  return (
    <EmptyState icon={<BubbleIcon size={28} />} title={t.chooseChat}>
      {t.chooseChatHint}
    </EmptyState>
  );
}
