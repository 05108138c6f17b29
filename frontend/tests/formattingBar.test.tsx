import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { Composer } from "@/features/messages/components/Composer";
import { CHAT } from "./chatModel";
import { around, show } from "./page";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

// happy-dom has no such commands; where a browser refuses one, the text is changed by hand.
Object.defineProperty(document, "execCommand", { value: () => false, configurable: true });

async function field(text: string, start: number, end: number) {
  const it = around();
  const stay = () => {};
  const props = { chatId: CHAT, title: "choir", mode: { kind: "write" as const }, onMode: stay, onSent: stay };
  await show(<Composer {...props} onEditLast={stay} />, it);
  const area = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  await act(async () => {
    fireEvent.change(area, { target: { value: text } });
  });
  area.setSelectionRange(start, end);
  const press = (key: string, init = {}) => act(async () => fireEvent.keyDown(area, { key, ...init }));
  const marked = () => area.value.slice(area.selectionStart, area.selectionEnd);
  return { ...it, area, press, marked };
}

test("keys make what is marked bold or italic, and it stays marked for the next", async () => {
  const { area, press, marked } = await field("so very good", 3, 7);
  await press("b", { ctrlKey: true });
  expect([area.value, marked()]).toEqual(["so **very** good", "very"]);
  await press("i", { metaKey: true });
  expect([area.value, marked()]).toEqual(["so **_very_** good", "very"]);
});

test("the key for a link makes one of what is marked; without that it is left to the page, as is a key of an input method", async () => {
  const { area, press, marked } = await field("see the notes", 4, 13);
  const heard = vi.fn();
  addEventListener("keydown", heard);
  await press("k", { ctrlKey: true });
  expect([area.value, marked()]).toEqual(["see [the notes](https://)", "https://"]);
  expect(heard).not.toHaveBeenCalled();
  area.setSelectionRange(0, 0);
  await press("k", { ctrlKey: true });
  area.setSelectionRange(0, 3);
  await press("b", { ctrlKey: true, isComposing: true });
  removeEventListener("keydown", heard);
  expect(heard).toHaveBeenCalledTimes(2);
  expect(area.value).toBe("see [the notes](https://)");
});

test("the bar is one stop for the Tab key, and arrows go from button to button", async () => {
  const { area } = await field("so very good", 3, 7);
  const bar = screen.getByRole("toolbar", { name: "Formatting" });
  const buttons = within(bar).getAllByRole("button");
  const stops = () =>
    buttons.filter((button) => button.tabIndex === 0).map((button) => button.getAttribute("aria-label"));
  expect(stops()).toEqual(["Bold"]);
  act(() => buttons[0]!.focus());
  const press = (key: string) => act(() => void fireEvent.keyDown(document.activeElement!, { key }));
  press("ArrowRight");
  expect([document.activeElement, stops()]).toEqual([buttons[1], ["Italic"]]);
  press("End");
  expect(stops()).toEqual(["List"]);
  press("ArrowRight");
  expect(stops()).toEqual(["Bold"]);
  document.documentElement.dir = "rtl";
  press("ArrowLeft");
  document.documentElement.dir = "ltr";
  expect(stops()).toEqual(["Italic"]);
  press("Home");
  expect(stops()).toEqual(["Bold"]);
  // What was marked is so while a button is pressed, and the field is where one goes on.
  expect(fireEvent.mouseDown(buttons[2]!)).toBe(false);
  await act(async () => void fireEvent.click(buttons[2]!));
  expect(area.value).toBe("so ~~very~~ good");
  expect(document.activeElement).toBe(area);
});

test("where there is little room the bar comes on demand, and stays for the next time", async () => {
  const list = { matches: true, addEventListener: () => {}, removeEventListener: () => {} };
  vi.spyOn(window, "matchMedia").mockImplementation(
    (media) => ({ ...list, matches: media.includes("47.99em") }) as unknown as MediaQueryList,
  );
  vi.resetModules();
  const { Composer: Narrow } = await import("@/features/messages/components/Composer");
  const { around, show } = await import("./page");
  const it = around();
  const stay = () => {};
  const props = { chatId: CHAT, title: "choir", mode: { kind: "write" as const }, onMode: stay, onSent: stay };
  await show(<Narrow {...props} onEditLast={stay} />, it);
  const button = screen.getByRole("button", { name: "Formatting" });
  expect([button.getAttribute("aria-expanded"), screen.queryByRole("toolbar")]).toEqual(["false", null]);
  await act(async () => void fireEvent.click(button));
  const bar = screen.getByRole("toolbar", { name: "Formatting" });
  expect([button.getAttribute("aria-expanded"), button.getAttribute("aria-controls")]).toEqual(["true", bar.id]);
  expect(it.signedIn.preferences.choices.get().formatting).toBe(true);
  await act(async () => void fireEvent.click(button));
  expect(screen.queryByRole("toolbar")).toBeNull();
});
