import { expect, test } from "vitest";
import { isComposing, isShortcut } from "@/ui/keys";

const key = (init: KeyboardEventInit & { keyCode?: number }) => {
  const event = new KeyboardEvent("keydown", init);
  Object.defineProperty(event, "keyCode", { value: init.keyCode ?? 0 });
  return event;
};

test("B1: the Enter that ends a composition belongs to the input method, also where only its code tells", () => {
  // Safari: the composition is over when the key comes. Chrome and Firefox: it still goes on.
  expect(isComposing(key({ key: "Enter", isComposing: false, keyCode: 229 }))).toBe(true);
  expect(isComposing(key({ key: "Enter", isComposing: true, keyCode: 229 }))).toBe(true);
  expect(isComposing(key({ key: "Enter", keyCode: 13 }))).toBe(false);
});

test("B2: a shortcut is its letter, and its place where the keyboard writes another script", () => {
  for (const letter of ["k", "K", "л", "κ", "ن", "ל", "ㅏ"]) {
    expect(isShortcut(key({ ctrlKey: true, code: "KeyK", key: letter }), "k"), letter).toBe(true);
  }
  // Dvorak writes T with the key of K, and K with that of V.
  expect(isShortcut(key({ ctrlKey: true, code: "KeyK", key: "t" }), "k")).toBe(false);
  expect(isShortcut(key({ ctrlKey: true, code: "KeyV", key: "k" }), "k")).toBe(true);
  for (const other of [{ shiftKey: true }, { altKey: true }, { ctrlKey: false }]) {
    expect(isShortcut(key({ ctrlKey: true, code: "KeyK", key: "k", ...other }), "k")).toBe(false);
  }
});

test("e6: what autofill sends is a key event without a key, and no shortcut", () => {
  const filled = new Event("keydown") as KeyboardEvent;
  expect(isComposing(filled)).toBe(false);
  expect(isShortcut(filled, "k")).toBeFalsy();
  expect(isShortcut(Object.assign(new Event("keydown"), { ctrlKey: true }) as KeyboardEvent, "k")).toBe(false);
});
