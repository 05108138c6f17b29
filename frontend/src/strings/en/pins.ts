import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for pinned messages, in English. */
export const pins = {
  pinned: "Pinned messages",
  pin: "Pin message",
  unpin: "Unpin message",
  unpinMessageOf: (name: string) => `Unpin the message of ${own(name)}`,
  pinnedNow: "Message pinned.",
  unpinnedNow: "Message unpinned.",
  show: "Show",
  /** Of how many are known, and whether there are more. */
  allCount: (count: number, more: boolean) => `All ${count.toLocaleString("en")}${more ? "+" : ""}`,
  none: "No message is pinned any longer.",
};
