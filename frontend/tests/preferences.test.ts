import { expect, test } from "vitest";
import { deviceStorage } from "@/api/deviceStorage";
import { Preferences } from "@/features/preferences/model/preferences";

test("choices outlive the tab, belong to one account, and reach the other tabs", () => {
  const tab = new Preferences(deviceStorage, "ada");
  const other = new Preferences(deviceStorage, "ada");
  tab.change({ sound: true });
  other.onStorage("antiphon.preferences.ada");
  expect(other.choices.get().sound).toBe(true);
  expect(new Preferences(deviceStorage, "ben").choices.get().sound).toBe(false);
});

test("a tab that has not heard of another one's choice does not undo it", () => {
  const tab = new Preferences(deviceStorage, "ada");
  const other = new Preferences(deviceStorage, "ada");
  tab.change({ skinTone: 3 });
  other.change({ sound: true });
  expect(other.choices.get()).toMatchObject({ skinTone: 3, sound: true });
});

test("what is no list of choices counts as nothing chosen", () => {
  localStorage.setItem("antiphon.preferences.ada", "{");
  expect(new Preferences(deviceStorage, "ada").choices.get().notify).toBe(false);
});

test("B12: a choice holds for the tab where nothing can be stored", () => {
  const full = { get: () => null, set: () => false, remove: () => {}, keys: () => [] };
  const tab = new Preferences(full, "ada");
  tab.change({ skinTone: 3 });
  tab.change({ sound: true });
  expect(tab.choices.get()).toMatchObject({ skinTone: 3, sound: true });
});

test("what an earlier version kept here about chats is handed over once, and only when it was taken", async () => {
  localStorage.setItem("antiphon.preferences.eve", JSON.stringify({ muted: ["choir"], pinned: ["run"], sound: true }));
  const taken: unknown[] = [];
  await expect(
    new Preferences(deviceStorage, "eve").handOver(() => Promise.reject(new Error("no room"))),
  ).rejects.toThrow();
  const tab = new Preferences(deviceStorage, "eve");
  await tab.handOver(async (kept) => void taken.push(kept));
  await tab.handOver(async (kept) => void taken.push(kept));
  expect(taken).toEqual([{ muted: ["choir"], pinned: ["run"] }]);
  expect(new Preferences(deviceStorage, "eve").choices.get()).toEqual({ notify: false, sound: true });
});
