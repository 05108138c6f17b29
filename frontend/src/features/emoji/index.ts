// What others may use of this feature.
export { EmojiPopover } from "./components/EmojiPopover";
export { useEmojiNames } from "./hooks/useEmojiNames";
export { useSkinTone } from "./hooks/useSkinTone";
export { quickEmoji, rememberEmoji } from "./model/recent";
export { withoutTone, withTone } from "./model/tones";
