import type { Pinning } from "@/features/messages";

export interface PinnedBarProps {
  chatId: string;
  /** None for who may not pin. */
  pinning: Pinning | undefined;
}
