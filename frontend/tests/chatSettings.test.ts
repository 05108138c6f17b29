import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import { makeCache } from "@/app/cache";
import { adoptDeviceChoices } from "@/features/chatSettings/model/adoptDeviceChoices";
import { FOR_GOOD, type SettingsIntent, shownSettings } from "@/features/chatSettings/model/chatSettings";
import { inOrder } from "@/features/chats/model/order";
import { ChatsDocument, OwnSettingsFragmentDoc } from "@/gql/receiver/graphql";
import { applyBatch } from "@/live/applyBatch";
import { FeedPositions } from "@/live/positions";
import { browser } from "./browser";
import { applier, batch, CHAT, ChatModel, ME } from "./chatModel";

const told = (more: Partial<Parameters<typeof shownSettings>[0] & object> = {}) =>
  ({
    chatId: CHAT,
    pinnedAt: null,
    mutedUntil: null,
    archivedUpTo: null,
    unreadFrom: null,
    notificationLevel: "ALL",
    ...more,
  }) as never;
const unsent = (id: string) => ({ id, chatId: "chat", content: id, replyToId: null, createdAt: "2026-01-01" });

test("what the reader wants stands on top of what the services told, setting by setting", () => {
  const settings = told({ pinnedAt: "2026-01-01", mutedUntil: FOR_GOOD });
  expect(shownSettings(settings, undefined, 3)).toMatchObject({ pinnedAt: "2026-01-01", mutedUntil: FOR_GOOD });
  const shown = shownSettings(settings, { isPinned: false, notificationLevel: "NONE" }, 3);
  expect(shown).toEqual({ pinnedAt: null, mutedUntil: FOR_GOOD, archived: false, unreadFrom: null, level: "NONE" });
  expect(shownSettings(undefined, { isPinned: true }, 3).pinnedAt).not.toBeNull();
  expect(shownSettings(settings, { mutedUntil: null }, 3).mutedUntil).toBeNull();
});

test("a new message brings an archived chat back, unless it is muted; and the end of that does", () => {
  expect(shownSettings(told({ archivedUpTo: 3 }), undefined, 3).archived).toBe(true);
  expect(shownSettings(told({ archivedUpTo: 3 }), undefined, 4).archived).toBe(false);
  const muted = told({ archivedUpTo: 3, mutedUntil: new Date(Date.now() + 60_000).toISOString() });
  expect(shownSettings(muted, undefined, 4).archived).toBe(true);
  const over = told({ archivedUpTo: 3, mutedUntil: new Date(Date.now() - 60_000).toISOString() });
  expect(shownSettings(over, undefined, 4)).toMatchObject({ archived: false, mutedUntil: null });
});

test("what was pinned last comes first, and the rest is in the order of its activity", () => {
  const chat = (id: string, day: number, pinnedAt: string | null = null) => ({
    chat: { id, createdAt: "", lastMessageAt: `2026-01-0${day}` },
    settings: { pinnedAt },
  });
  const chats = [chat("a", 1, "2026-01-05"), chat("b", 4), chat("c", 2, "2026-01-06"), chat("d", 3)];
  expect(inOrder(chats).map((one) => one.chat.id)).toEqual(["c", "a", "b", "d"]);
});

test("offline, changes of one chat become one request with what was wanted last, after its messages", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  let away = true;
  const sent: SettingsIntent[] = [];
  const tab = browser().tab({
    answer: async (entry) => {
      if (away) throw new TypeError("Failed to fetch");
      if (entry.kind === "settings") sent.push(entry.intent);
    },
  });
  await tab.outbox.set("chat", { isPinned: true });
  await tab.outbox.set("chat", { mutedUntil: FOR_GOOD });
  await tab.outbox.set("chat", { isPinned: false, notificationLevel: "MENTIONS" });
  await tab.outbox.send(unsent("one"));
  expect(tab.outbox.entries.get()).toHaveLength(2);
  away = false;
  tab.asked.length = 0;
  tab.outbox.retryNow();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(tab.outbox.entries.get()).toEqual([]);
  expect(sent).toEqual([{ isPinned: false, mutedUntil: FOR_GOOD, notificationLevel: "MENTIONS" }]);
  expect(tab.asked[0]).toBe("one");
  vi.useRealTimers();
});

test("an event from another device changes what the list shows, told twice or not", () => {
  const cache = makeCache();
  const model = new ChatModel();
  cache.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: model.chats() as never });
  model.set({ pinnedAt: "2026-01-01T12:00:00Z" });
  model.set({ archivedUpTo: 0 });
  for (const events of [model.events, model.events])
    applyBatch(cache, new FeedPositions(), batch(events, { feedId: ME }), applier);
  const id = cache.identify({ __typename: "ChatSettings", chatId: CHAT })!;
  const known = cache.readFragment({ id, fragment: OwnSettingsFragmentDoc });
  expect(known).toMatchObject({ pinnedAt: "2026-01-01T12:00:00Z", archivedUpTo: 0 });
});

test("what a device had kept is wanted of the account once, for the chats that are still theirs", async () => {
  const wanted: [string, SettingsIntent][] = [];
  await adoptDeviceChoices(
    { muted: ["choir", "left"], pinned: ["choir", "run"] },
    (chatId) => chatId !== "left",
    async (...wish) => void wanted.push(wish),
  );
  expect(wanted).toEqual([
    ["choir", { isPinned: true, mutedUntil: FOR_GOOD }],
    ["run", { isPinned: true }],
  ]);
});
