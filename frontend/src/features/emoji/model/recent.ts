import { deviceStorage } from "@/api/deviceStorage";

const KEY = "antiphon.emoji";
const MAX_RECENT = 24;
/** What most people react with, for those who have not chosen anything yet. */
const USUAL = ["👍", "❤️", "😂", "😮", "😢", "🎉"];

/** Those that were used last on this device, the newest first, in the tone they were chosen in. */
export function recentEmoji(): string[] {
  return (deviceStorage.get(KEY) ?? "").split(" ").filter(Boolean);
}

export function rememberEmoji(emoji: string): void {
  const others = recentEmoji().filter((other) => other !== emoji);
  deviceStorage.set(KEY, [emoji, ...others].slice(0, MAX_RECENT).join(" "));
}

/** So many to choose from at once: those used last, and usual ones where there are not enough. */
export function quickEmoji(count: number, toned: (emoji: string) => string): string[] {
  return [...new Set([...recentEmoji(), ...USUAL.map(toned)])].slice(0, count);
}
