import { t } from "@/strings";

/** What a shortcut is told by. An event that a browser's autofill sends has none of it but the type. */
type Key = Pick<KeyboardEvent, "ctrlKey" | "metaKey" | "shiftKey" | "altKey"> & {
  key?: string;
  code?: string;
  keyCode?: number;
  isComposing?: boolean;
};

/** `keyCode` of every key that an input method takes for itself. Enter of a keyboard has 13. */
const TAKEN_BY_INPUT_METHOD = 229;

/**
 * Whether the key belongs to an input method, such as the Enter that chooses a word. Safari ends the composition before
 * it sends that Enter, so `isComposing` is false there and only the code tells.
 */
export function isComposing(event: Key): boolean {
  return event.isComposing === true || event.keyCode === TAKEN_BY_INPUT_METHOD;
}

/**
 * Whether the key is that Latin letter: by what it writes, and by its place on the keyboard where it writes a letter of
 * another script.
 */
export function isLetter({ key, code }: Key, letter: string): boolean {
  const written = key?.toLowerCase() ?? "";
  return /^[a-z]$/.test(written) ? written === letter : written !== "" && code === `Key${letter.toUpperCase()}`;
}

/** Whether it is the letter with Ctrl, or Command where that is the custom, and with nothing else. */
export function isShortcut(event: Key, letter: string): boolean {
  return (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && isLetter(event, letter);
}

/** Whether what has the focus takes the key as text. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Whether this is a machine of the kind whose shortcuts begin with Command. */
const hasCommandKey = /Mac|iPhone|iPad/.test(navigator.platform);

/** How people know the shortcut with that letter. */
export const shortcutName = (letter: string) => (hasCommandKey ? `⌘${letter}` : `${t.ui.keyCaps.control}+${letter}`);
