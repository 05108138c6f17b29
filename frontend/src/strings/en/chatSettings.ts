import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for what the reader has set for a chat, in English. */
export const chatSettings = {
  allMessages: "All messages",
  archiveChat: "Archive",
  archiveHint: "Out of the list until a new message arrives; a muted chat stays there.",
  archivedChats: "Archived",
  forAnHour: "For 1 hour",
  forAWeek: "For 1 week",
  forEightHours: "For 8 hours",
  forGood: "Until I turn it off",
  howLong: "How long",
  mentions: "Only mentions of me",
  muteChat: "Mute",
  muted: "Muted",
  muteHint: "No notification and no sound unless you are mentioned, and not counted in the title of the tab.",
  nothing: "Nothing",
  notifyOf: "Notify me of",
  onAllDevices: "On all of your devices.",
  pinChat: "Pin to the top of the list",
  pinned: "Pinned",
  unarchive: "Back to the list",
  unmute: "Unmute",
  unpin: "Unpin",
  until: (time: string) => `Until ${own(time)}`,
};
