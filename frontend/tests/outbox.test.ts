import "fake-indexeddb/auto";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { afterEach, expect, test, vi } from "vitest";
import { Database } from "@/api/database";
import type { Outbox } from "@/features/messages/model/outbox";
import { browser, FULL } from "./browser";

let count = 0;
const unsent = (content: string, chatId = "chat") => {
  count += 1;
  return { id: `id ${String(count).padStart(4, "0")}`, chatId, content, replyToId: null, createdAt: "2026-01-01" };
};
const refusal = (code: string, more = {}) =>
  new CombinedGraphQLErrors({ errors: [{ message: code, extensions: { code, ...more } }] });
const emptied = (box: Outbox) => vi.waitFor(() => expect(box.entries.get()).toEqual([]));
const never = () => new Promise<never>(() => {});
const lost = () => Promise.reject(new TypeError("Failed to fetch"));
const moment = () => new Promise((resolve) => setTimeout(resolve, 50));

afterEach(() => void vi.useRealTimers());

test("messages of a chat are sent in the order written, one at a time, with the same id on every attempt", async () => {
  const attempts: string[] = [];
  let under = 0;
  const { outbox } = browser().tab({
    answer: async ({ id }) => {
      attempts.push(id);
      under += 1;
      expect(under).toBe(1);
      await Promise.resolve();
      under -= 1;
      // Every first and second attempt gets lost.
      if (attempts.filter((other) => other === id).length < 3) throw new TypeError("Failed to fetch");
    },
  });
  const messages = ["one", "two", "three", "four"].map((text) => unsent(text));
  for (const message of messages) void outbox.send(message);
  await emptied(outbox);
  expect(attempts).toEqual(messages.flatMap(({ id }) => [id, id, id]));
});

test("one chat that cannot send does not hold up another", async () => {
  const { outbox, asked } = browser().tab({
    answer: ({ chatId }) => (chatId === "stuck" ? never() : Promise.resolve()),
  });
  await outbox.send(unsent("never", "stuck"));
  await outbox.send(unsent("at once", "free"));
  await vi.waitFor(() => expect(asked).toEqual(["never", "at once"]));
});

test("a refusal is final, says why, also after a reload, and what follows is still sent", async () => {
  const { tab } = browser();
  const { outbox, asked, store } = tab({
    answer: async (entry) => {
      if ("content" in entry && entry.content === "refused") throw refusal("FORBIDDEN");
    },
  });
  await outbox.send(unsent("refused"));
  await outbox.send(unsent("fine"));
  await vi.waitFor(() =>
    expect(outbox.entries.get()).toMatchObject([{ content: "refused", failure: { code: "FORBIDDEN" } }]),
  );
  expect(asked).toEqual(["refused", "fine"]);
  await store.ready;
  const reloaded = tab();
  expect(reloaded.outbox.entries.get()).toMatchObject([{ content: "refused", failure: { code: "FORBIDDEN" } }]);
  reloaded.outbox.retry(reloaded.outbox.entries.get()[0]!);
  await emptied(reloaded.outbox);
  expect(reloaded.asked).toEqual(["refused"]);
});

test("F6: a service that stays away, or never answers, is asked again and again, in order, and the chat says so", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let away = true;
  const { outbox, asked } = browser().tab({
    answer: async () => {
      if (away) throw refusal("INTERNAL");
    },
  });
  void outbox.send(unsent("one"));
  void outbox.send(unsent("two"));
  await vi.advanceTimersByTimeAsync(0);
  expect(outbox.waits.get().get("chat")?.code).toBe("INTERNAL");
  await vi.advanceTimersByTimeAsync(10);
  expect(asked.length).toBeGreaterThan(3);
  expect(new Set(asked)).toEqual(new Set(["one"]));
  away = false;
  await vi.advanceTimersByTimeAsync(10);
  expect(outbox.entries.get()).toEqual([]);
  expect(asked.slice(-2)).toEqual(["one", "two"]);
  expect(outbox.waits.get().size).toBe(0);
});

test("F6: an attempt without an answer is given up and made again with the same id", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let attempts = 0;
  const { outbox } = browser().tab({
    answer: () => {
      attempts += 1;
      return attempts === 1 ? never() : Promise.resolve();
    },
  });
  void outbox.send(unsent("into the void"));
  await vi.advanceTimersByTimeAsync(14_000);
  expect(attempts).toBe(1);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(attempts).toBe(2);
  expect(outbox.entries.get()).toEqual([]);
});

test("S5: a service that limits is asked again when it said, whatever the author presses", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  let attempts = 0;
  const { outbox } = browser().tab({
    answer: async () => {
      attempts += 1;
      if (attempts === 1) throw refusal("RATE_LIMITED", { retryAfterMs: 3_000 });
    },
  });
  void outbox.send(unsent("too fast"));
  void outbox.send(unsent("behind it"));
  await vi.advanceTimersByTimeAsync(0);
  expect(outbox.waits.get().get("chat")).toEqual({ code: "RATE_LIMITED", until: performance.now() + 3_000 });
  outbox.retryNow();
  outbox.retry(outbox.entries.get()[0]!);
  await vi.advanceTimersByTimeAsync(2_900);
  expect(attempts).toBe(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(attempts).toBe(3);
  expect(outbox.entries.get()).toEqual([]);
});

test("a discarded message is not sent, not even by the attempt that was waiting", async () => {
  const message = unsent("better not");
  const { outbox, asked } = browser().tab({
    answer: async () => {
      throw refusal("RATE_LIMITED", { retryAfterMs: 20 });
    },
  });
  await outbox.send(message);
  await vi.waitFor(() => expect(asked).toEqual(["better not"]));
  outbox.discard({ kind: "message", id: message.id });
  await moment();
  expect(asked).toEqual(["better not"]);
  expect(outbox.entries.get()).toEqual([]);
});

test("what is discarded while an attempt has no answer is removed again where it arrived, and forgotten where not", async () => {
  const { outbox, asked } = browser().tab({
    answer: async (entry) => {
      if (entry.kind === "message") return never();
      throw refusal("NOT_FOUND");
    },
  });
  const message = unsent("on its way");
  await outbox.send(message);
  await vi.waitFor(() => expect(asked).toEqual(["on its way"]));
  outbox.discard({ kind: "message", id: message.id });
  await vi.waitFor(() => expect(asked).toContain(`remove ${message.id}`));
  await emptied(outbox);
});

test("tabs: a message is sent by one tab, shown in both, and discarded in either it is sent by none", async () => {
  const { tab } = browser();
  let away = true;
  const answer = async () => {
    if (away) throw refusal("RATE_LIMITED", { retryAfterMs: 30 });
  };
  const [first, second] = [tab({ answer }), tab({ answer })];
  await first.outbox.send(unsent("from the first"));
  const regretted = unsent("regretted");
  await second.outbox.send(regretted);
  await vi.waitFor(() => expect(first.outbox.entries.get()).toHaveLength(2));
  expect(second.outbox.entries.get()).toEqual(first.outbox.entries.get());
  second.outbox.discard({ kind: "message", id: regretted.id });
  away = false;
  await emptied(first.outbox);
  await emptied(second.outbox);
  await moment();
  expect(second.asked).toEqual([]);
  expect(new Set(first.asked)).toEqual(new Set(["from the first"]));
});

test("tabs: one that nobody looks at lets another one send, and sends itself where there is no other", async () => {
  const { tab } = browser();
  let away = true;
  const answer = async () => {
    if (away) throw refusal("RATE_LIMITED", { retryAfterMs: 20 });
  };
  const [hidden, shown] = [tab({ answer }), tab({ answer })];
  await hidden.outbox.send(unsent("one"));
  await vi.waitFor(() => expect(hidden.asked.length).toBeGreaterThan(0));
  expect(shown.asked).toEqual([]);
  hidden.outbox.yield();
  await vi.waitFor(() => expect(shown.asked.length).toBeGreaterThan(0));
  shown.outbox.close();
  away = false;
  await emptied(hidden.outbox);
});

test("tabs: one that has not heard of a discard looks into the store before it sends", async () => {
  const { tab } = browser();
  const asleep = tab({ answer: lost });
  const message = unsent("not any more");
  await asleep.outbox.send(message);
  // As another tab does it, without a word.
  for (const key of Object.keys(localStorage)) if (key.includes(message.id)) localStorage.removeItem(key);
  const before = asleep.asked.length;
  asleep.outbox.retryNow();
  await emptied(asleep.outbox);
  expect(asleep.asked.filter((text) => text === "not any more").length).toBeLessThanOrEqual(before + 1);
});

test("what a closed tab left behind is sent by the next one, in order, and only for its own user", async () => {
  const { tab } = browser();
  const before = tab({ answer: never });
  for (const text of ["one", "two", "three"]) await before.outbox.send(unsent(text));
  before.outbox.close();
  const other = tab({ userId: "ben" });
  const after = tab();
  await emptied(after.outbox);
  expect(after.asked).toEqual(["one", "two", "three"]);
  expect(other.asked).toEqual([]);
  await vi.waitFor(() => expect(Object.keys(localStorage).filter((key) => key.includes("outbox"))).toEqual([]));
});

test("B9: the order written is the order sent, whatever the ids and the clock say", async () => {
  const { tab } = browser();
  const before = tab({ answer: lost });
  await before.outbox.send({ ...unsent("1"), id: "z: an hour fast" });
  before.outbox.close();
  const between = tab({ answer: lost });
  await between.outbox.send({ ...unsent("2"), id: "a: put right" });
  between.outbox.close();
  const after = tab();
  await emptied(after.outbox);
  expect(after.asked).toEqual(["1", "2"]);
});

test("B10: a database that never answers holds up neither the message nor its copy in localStorage", async () => {
  const { tab } = browser();
  const hung = vi.spyOn(indexedDB, "open").mockImplementation(() => ({}) as IDBOpenDBRequest);
  const { outbox, asked } = tab();
  await outbox.send(unsent("at once"));
  await emptied(outbox);
  expect(asked).toEqual(["at once"]);
  outbox.close();
  const offline = tab({ answer: lost });
  await offline.outbox.send(unsent("kept all the same"));
  offline.outbox.close();
  const after = tab();
  hung.mockRestore();
  await emptied(after.outbox);
  expect(after.asked).toEqual(["kept all the same"]);
});

test("B11: a connection that the browser closed is opened again", async () => {
  const { database } = browser();
  const handles: IDBDatabase[] = [];
  const open = IDBFactory.prototype.open;
  const spy = vi.spyOn(IDBFactory.prototype, "open").mockImplementation(function (this: IDBFactory, ...args) {
    const request = open.apply(this, args);
    request.addEventListener("success", () => handles.push(request.result));
    return request;
  });
  const db: Database = database();
  const put = (key: string) => db.run("entries", "readwrite", (store) => store.put({ userId: "ada", key, order: 1 }));
  await put("before");
  for (const handle of handles) handle.close();
  await put("after");
  expect(await db.run("entries", "readonly", (store) => store.count())).toBe(2);
  expect(handles).toHaveLength(2);
  spy.mockRestore();
});

test("B12: with a full localStorage a message outlives the tab in IndexedDB", async () => {
  const { tab } = browser();
  const before = tab({ storage: FULL, answer: lost });
  await before.outbox.send(unsent("one"));
  await before.outbox.send(unsent("two"));
  expect([...before.store.unkept.get()]).toEqual([]);
  before.outbox.close();
  const after = tab({ storage: FULL });
  await vi.waitFor(() => expect(after.asked).toEqual(["one", "two"]));
  await emptied(after.outbox);
});

test("B12: what no storage takes is still sent, and said not to be kept", async () => {
  const broken = new Database("broken", 1, () => {
    throw new Error("no room");
  });
  const { outbox, store, asked } = browser().tab({ storage: FULL, database: broken, answer: never });
  const message = unsent("only here");
  await outbox.send(message);
  expect([...store.unkept.get()]).toEqual([`outbox.message.${message.id}`]);
  await vi.waitFor(() => expect(asked).toEqual(["only here"]));
});

test("B3: an edit waits for the network, later ones take its place, and one of another device is not overwritten unasked", async () => {
  let answer: () => Promise<void> = lost;
  const { outbox, asked, store } = browser().tab({ answer: () => answer() });
  const edit = { id: "m", chatId: "chat" };
  await outbox.edit({ ...edit, content: "better", before: "good" });
  await outbox.edit({ ...edit, content: "best", before: "better" });
  expect(outbox.entries.get()).toMatchObject([{ content: "best", replaces: ["good", "better", "better"] }]);
  answer = async () => {
    throw refusal("CONFLICT");
  };
  await vi.waitFor(() => expect(outbox.entries.get()[0]?.failure?.code).toBe("CONFLICT"));
  answer = async () => {};
  outbox.retry(outbox.entries.get()[0]!);
  expect(store.entries("outbox.")[0]?.value).not.toHaveProperty("replaces", expect.anything());
  await emptied(outbox);
  expect(asked.at(-1)).toBe("best");
});

test("a removal takes the place of an edit of the same message", async () => {
  let away = true;
  const { outbox, asked } = browser().tab({ answer: () => (away ? lost() : Promise.resolve()) });
  await outbox.edit({ id: "m", chatId: "chat", content: "better", before: "good" });
  await outbox.remove({ id: "m", chatId: "chat" });
  away = false;
  await emptied(outbox);
  expect(asked.at(-1)).toBe("remove m");
  expect(outbox.entries.get()).toEqual([]);
});

test("S15: signing out on purpose leaves nothing on the device, and no other tab brings it back", async () => {
  const { tab, database } = browser();
  const [first, second] = [tab({ answer: lost }), tab({ answer: lost })];
  await first.outbox.send(unsent("private"));
  await vi.waitFor(() => expect(second.outbox.entries.get()).toHaveLength(1));
  first.outbox.close();
  await first.store.clear();
  await vi.waitFor(() => expect(second.outbox.entries.get()).toEqual([]));
  await moment();
  expect(Object.keys(localStorage)).toEqual([]);
  expect(await database().run("entries", "readonly", (store) => store.count())).toBe(0);
  const again = tab();
  await again.store.ready;
  expect(again.outbox.entries.get()).toEqual([]);
});

test("S15: a tab that goes on, because the one that signed out went away half way, still sends", async () => {
  const { tab } = browser();
  const onTheWay = unsent("on its way");
  const other = tab({ answer: ({ id }) => (id === onTheWay.id ? never() : Promise.resolve()) });
  await other.outbox.send(onTheWay);
  const left = tab();
  left.outbox.close();
  await left.store.clear();
  await vi.waitFor(() => expect(other.outbox.entries.get()).toEqual([]));
  await other.outbox.send(unsent("still here"));
  await emptied(other.outbox);
  await moment();
  expect(other.asked).toEqual(["on its way", "still here"]);
});

test("S15: what a hung database still holds after signing out is not taken up again", async () => {
  const { tab } = browser();
  const before = tab({ answer: lost });
  await before.outbox.send(unsent("private"));
  await moment();
  before.outbox.close();
  const hung = vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(() => {
    throw new Error("no");
  });
  await expect(before.store.clear()).rejects.toThrow("no");
  hung.mockRestore();
  const again = tab();
  await again.store.ready;
  expect(again.outbox.entries.get()).toEqual([]);
  expect(again.asked).toEqual([]);
});

test("what the version before left in IndexedDB is sent by this one", async () => {
  const { name, tab } = browser();
  await new Promise<void>((resolve) => {
    const asked = indexedDB.open(name, 1);
    asked.onupgradeneeded = () => {
      const store = asked.result.createObjectStore("unsent", { keyPath: "id" });
      store.createIndex("userId", "userId");
      store.put({ ...unsent("from the last version"), userId: name });
    };
    asked.onsuccess = () => {
      asked.result.close();
      resolve();
    };
  });
  const { outbox, asked } = tab();
  await vi.waitFor(() => expect(asked).toEqual(["from the last version"]));
  await emptied(outbox);
});
