import { expect, test } from "vitest";
import { inOrder } from "@/features/chats/model/order";
import { Preferences } from "@/features/preferences/model/preferences";

test("choices outlive the tab, belong to one account, and reach the other tabs", () => {
  const tab = new Preferences(localStorage, "ada");
  const other = new Preferences(localStorage, "ada");
  tab.set("muted", "choir", true);
  tab.set("muted", "run", true);
  tab.set("muted", "choir", false);
  other.onStorage("antiphon.preferences.ada");
  expect(other.choices.get().muted).toEqual(["run"]);
  expect(new Preferences(localStorage, "ben").choices.get().muted).toEqual([]);
});

test("a tab that has not heard of another one's choice does not undo it", () => {
  const tab = new Preferences(localStorage, "ada");
  const other = new Preferences(localStorage, "ada");
  tab.set("pinned", "choir", true);
  other.change({ sound: true });
  expect(other.choices.get()).toMatchObject({ pinned: ["choir"], sound: true });
});

test("what is no list of choices counts as nothing chosen", () => {
  localStorage.setItem("antiphon.preferences.ada", "{");
  expect(new Preferences(localStorage, "ada").choices.get().notify).toBe(false);
});

test("pinned chats come first, and both parts are in the order of their activity", () => {
  const edge = (id: string, day: number) => ({ node: { id, createdAt: "", lastMessageAt: `2026-01-0${day}` } });
  const edges = [edge("a", 1), edge("b", 4), edge("c", 2), edge("d", 3)];
  expect(inOrder(edges, ["a", "c"]).map(({ node }) => node.id)).toEqual(["c", "a", "b", "d"]);
});
