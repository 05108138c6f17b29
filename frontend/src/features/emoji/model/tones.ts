/** Skin tones, from light to dark; 0 is that of an emoji without one. */
export const TONES = [0, 1, 2, 3, 4, 5] as const;
export type Tone = (typeof TONES)[number];

const FIRST_MODIFIER = 0x1f3fb;
const MODIFIERS = /\p{Emoji_Modifier}/gu;
/** A part of an emoji that takes a tone, with the selector that gives way to it. */
const TONED_PART = /(\p{Emoji_Modifier_Base})\uFE0F?/gu;
/** Sets of whole emoji are newer than the language that this is compiled for, and known to every supported browser. */
const SETS = "v";
const ONE_EMOJI = new RegExp("^\\p{RGI_Emoji}$", SETS);

/** An emoji without a tone in a tone: all people in it in the same one. One that has no tones stays as it is. */
export function withTone(emoji: string, tone: Tone): string {
  if (tone === 0) return emoji;
  const toned = emoji.replace(TONED_PART, `$1${String.fromCodePoint(FIRST_MODIFIER + tone - 1)}`);
  return ONE_EMOJI.test(toned) ? toned : emoji;
}

/** An emoji without its tone. */
export function withoutTone(emoji: string): string {
  const bare = emoji.replace(MODIFIERS, "");
  if (bare === emoji || ONE_EMOJI.test(bare)) return bare;
  // With the selector that the tone had taken the place of.
  return emoji.replace(MODIFIERS, "\uFE0F");
}
