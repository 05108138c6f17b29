/** Words for what the reader chooses for this device, in English. */
export const preferences = {
  language: "Language",
  languageHint: "On this device.",
  keptHere: "Saved on this device only.",
  notifications: "Notifications",
  notify: "Show notifications",
  notifyHint: "When a message arrives while this tab is in the background.",
  notifyRefused: "Your browser does not allow it. You can change that in its settings for this site.",
  notifyNeedsHttps: "Notifications need a secure connection: open this page with https.",
  playSound: "Play a sound",
  playSoundHint: "Two soft notes, also only in the background.",
  writing: "Writing",
  enterSends: "Enter sends the message",
  enterSendsHint: "Shift+Enter begins a new line.",
  enterBreaksHint: "Enter begins a new line; Ctrl+Enter or the button sends.",
  foldReplies: "Fold thread replies",
  foldRepliesHint: "A chat hides the replies in its threads behind a line that says how many they are.",
};
