import { deviceStorage } from "@/api/deviceStorage";

/** What the picker offers: a page of each kind, in the order in which people look for them. */
export const EMOJI = {
  faces:
    "😀 😃 😄 😁 😆 😅 😂 🤣 🙂 🙃 😉 😊 😇 🥰 😍 🤩 😘 😋 😛 😜 🤪 🤗 🤭 🤫 🤔 🤨 😐 😑 😶 😏 😒 🙄 😬 😌 😔 😪 😴 😷 🤒 🤕 🤢 🥵 🥶 🥴 🤯 🤠 🥳 😎 🤓 🧐 😕 😟 🙁 😮 😲 😳 🥺 😨 😢 😭 😱 😖 😞 😓 😩 😫 🥱 😤 😡 🤬 😈 💀 🤡 👻 👽 🤖",
  people:
    "👍 👎 👌 🤌 🤏 ✌️ 🤞 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ ✋ 🖐️ 👋 ✊ 👊 👏 🙌 👐 🤲 🤝 🙏 ✍️ 💪 👀 🧠 👂 👶 🧒 🧑 👩 👨 🧓 🙋 🤷 🤦 🙇 💁 🏃 🚶 💃 🕺 👪 👭 👬 👫",
  nature:
    "🐶 🐱 🐭 🐹 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🐔 🐧 🐦 🦉 🐴 🦄 🐝 🦋 🐌 🐞 🐢 🐍 🐙 🐬 🐳 🐟 🌵 🌲 🌳 🌴 🌱 🍀 🍁 🍄 🌷 🌹 🌻 🌞 🌙 ⭐ 🌈 ☁️ ⛈️ ❄️ 🔥 💧 🌊",
  food: "🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🫐 🍒 🍑 🥭 🍍 🥝 🍅 🥑 🥕 🌽 🥦 🥔 🍞 🥐 🧀 🥚 🥞 🍕 🍔 🍟 🌮 🥗 🍝 🍜 🍣 🍚 🍦 🍩 🍪 🎂 🍰 🍫 🍬 ☕ 🍵 🧃 🍺 🍷 🥂 🧉",
  things:
    "⚽ 🏀 🎾 🏐 🎱 🏓 🚴 🏊 🧗 🎮 🎲 🧩 🎨 🎬 🎤 🎧 🎸 🎹 🎺 🎻 📷 💻 📱 ⏰ 💡 📚 📝 📎 📅 📌 🔑 🔒 🔧 💰 🎁 🎈 🎉 🏆 🚗 🚌 🚆 ✈️ 🚀 ⛵ 🏠 🏥 🏫 ⛺ 🗺️ 🏖️ ⛰️ 🎵",
  signs: "❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💕 💯 ✅ ❌ ❓ ❗ ⚠️ 🚫 ♻️ ➕ ➖ ➡️ ⬅️ ⬆️ ⬇️ 🔁 🔔 🔕 💬 💤 ✨ 💥 💫 🏳️‍🌈 🇪🇺",
} as const;

export type EmojiGroup = keyof typeof EMOJI;

const KEY = "antiphon.emoji";
const MAX_RECENT = 16;

/** Those that were used last on this device, the newest first. */
export function recentEmoji(): string[] {
  return (deviceStorage.get(KEY) ?? "").split(" ").filter(Boolean);
}

export function rememberEmoji(emoji: string): void {
  const others = recentEmoji().filter((other) => other !== emoji);
  deviceStorage.set(KEY, [emoji, ...others].slice(0, MAX_RECENT).join(" "));
}
