import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for what many features have: buttons, keys, the reader, in English. */
export const ui = {
  /** What is written on the keys. */
  keyCaps: { control: "Ctrl", shift: "Shift", enter: "Enter" },
  you: "You",
  youNamed: (name: string) => `${own(name)} (You)`,
  cancel: "Cancel",
  close: "Close",
  back: "Back to chats",
  save: "Save",
  saved: "Saved.",
  loadMore: "Show more",
  remove: "Remove",
  undo: "Undo",
  copyCode: "Copy this code",
  copyShort: "Copy",
  copied: "Copied",
  notCopied: "Your browser did not let us copy it.",
  tryAgain: "Try again",
};
