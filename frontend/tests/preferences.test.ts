import { expect, test } from "vitest";
import { deviceStorage } from "@/api/deviceStorage";
import { inOrder } from "@/features/chats/model/order";
import { Preferences } from "@/features/preferences/model/preferences";

test("choices outlive the tab, belong to one account, and reach the other tabs", () => {
  const tab = new Preferences(deviceStorage, "ada");
  const other = new Preferences(deviceStorage, "ada");
  tab.set("muted", "choir", true);
  tab.set("muted", "run", true);
  tab.set("muted", "choir", false);
  other.onStorage("antiphon.preferences.ada");
  expect(other.choices.get().muted).toEqual(["run"]);
  expect(new Preferences(deviceStorage, "ben").choices.get().muted).toEqual([]);
});

test("a tab that has not heard of another one's choice does not undo it", () => {
  const tab = new Preferences(deviceStorage, "ada");
  const other = new Preferences(deviceStorage, "ada");
  tab.set("pinned", "choir", true);
  other.change({ sound: true });
  expect(other.choices.get()).toMatchObject({ pinned: ["choir"], sound: true });
});

test("what is no list of choices counts as nothing chosen", () => {
  localStorage.setItem("antiphon.preferences.ada", "{");
  expect(new Preferences(deviceStorage, "ada").choices.get().notify).toBe(false);
});

test("pinned chats come first, and both parts are in the order of their activity", () => {
  const edge = (id: string, day: number) => ({ node: { id, createdAt: "", lastMessageAt: `2026-01-0${day}` } });
  const edges = [edge("a", 1), edge("b", 4), edge("c", 2), edge("d", 3)];
  expect(inOrder(edges, ["a", "c"]).map(({ node }) => node.id)).toEqual(["c", "a", "b", "d"]);
});

test("B12: a choice holds for the tab where nothing can be stored", () => {
  const full = { get: () => null, set: () => false, remove: () => {}, keys: () => [] };
  const tab = new Preferences(full, "ada");
  tab.set("muted", "choir", true);
  tab.change({ sound: true });
  expect(tab.choices.get()).toMatchObject({ muted: ["choir"], sound: true });
});
