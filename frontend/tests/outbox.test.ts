import "fake-indexeddb/auto";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { expect, test, vi } from "vitest";
import { Outbox, type OutboxStorage, type UnsentMessage } from "@/features/messages/model/outbox";
import { indexedDbOutbox } from "@/features/messages/model/outboxStorage";

let count = 0;
const unsent = (content: string, chatId = "chat"): UnsentMessage => {
  count += 1;
  return { id: `id ${String(count).padStart(4, "0")}`, chatId, content, replyToId: null, createdAt: "2026-01-01" };
};
const refusal = (code: string) => new CombinedGraphQLErrors({ errors: [{ message: code, extensions: { code } }] });

function outbox(
  deliver: (message: UnsentMessage) => Promise<void>,
  storage: OutboxStorage = indexedDbOutbox(`user ${Math.random()}`),
) {
  return new Outbox({ deliver, storage, isOnline: () => true, random: () => 0 });
}
const emptied = (box: Outbox) => vi.waitFor(() => expect(box.messages.get()).toEqual([]));

test("messages of a chat are sent in the order written, one at a time, with the same id on every attempt", async () => {
  const attempts: string[] = [];
  const arrived: string[] = [];
  let under = 0;
  const box = outbox(async ({ id, content }) => {
    attempts.push(id);
    under += 1;
    expect(under).toBe(1);
    await Promise.resolve();
    under -= 1;
    // Every first and second attempt gets lost.
    if (attempts.filter((other) => other === id).length < 3) throw new TypeError("Failed to fetch");
    arrived.push(content);
  });
  const messages = ["one", "two", "three", "four"].map((text) => unsent(text));
  for (const message of messages) void box.add(message);
  await emptied(box);
  expect(arrived).toEqual(["one", "two", "three", "four"]);
  expect(attempts).toEqual(messages.flatMap(({ id }) => [id, id, id]));
});

test("one chat that cannot send does not hold up another", async () => {
  const arrived: string[] = [];
  const box = outbox(async ({ chatId, content }) => {
    if (chatId === "stuck") return new Promise(() => {});
    arrived.push(content);
  });
  await box.add(unsent("never", "stuck"));
  await box.add(unsent("at once", "free"));
  await vi.waitFor(() => expect(arrived).toEqual(["at once"]));
});

test("a refusal is final and says why, and what follows is still sent", async () => {
  const arrived: string[] = [];
  const box = outbox(async ({ content }) => {
    if (content === "refused") throw refusal("FORBIDDEN");
    arrived.push(content);
  });
  await box.add(unsent("refused"));
  await box.add(unsent("fine"));
  await vi.waitFor(() => expect(arrived).toEqual(["fine"]));
  expect(box.messages.get()).toMatchObject([{ content: "refused", failure: "FORBIDDEN" }]);
});

test("when the service stays away the whole queue waits for its author, who sends it all in order", async () => {
  let away = true;
  const arrived: string[] = [];
  const box = outbox(async ({ content }) => {
    if (away) throw refusal("UNAVAILABLE");
    arrived.push(content);
  });
  const [first] = [unsent("one"), unsent("two")].map((message) => {
    void box.add(message);
    return message;
  });
  await vi.waitFor(() =>
    expect(box.messages.get().map(({ failure }) => failure)).toEqual(["UNAVAILABLE", "UNAVAILABLE"]),
  );
  away = false;
  box.retry(first!.id);
  await emptied(box);
  expect(arrived).toEqual(["one", "two"]);
});

test("a discarded message is not sent, not even by the attempt that was waiting", async () => {
  let attempts = 0;
  let lose: (error: unknown) => void = () => {};
  const box = outbox(() => {
    attempts += 1;
    return new Promise((_, reject) => {
      lose = reject;
    });
  });
  const message = unsent("better not");
  await box.add(message);
  await vi.waitFor(() => expect(attempts).toBe(1));
  box.discard(message.id);
  lose(new TypeError("Failed to fetch"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(attempts).toBe(1);
  expect(box.messages.get()).toEqual([]);
});

test("what a closed tab left behind is sent by the next one, oldest first, and only for its own user", async () => {
  const storage = indexedDbOutbox("ada");
  const before = outbox(() => new Promise(() => {}), storage);
  for (const text of ["one", "two", "three"]) await before.add(unsent(text));
  before.close();

  const others: string[] = [];
  const other = outbox(async ({ content }) => void others.push(content), indexedDbOutbox("ben"));
  await other.restore();
  const arrived: string[] = [];
  const after = outbox(async ({ content }) => void arrived.push(content), storage);
  await after.restore();
  await emptied(after);
  expect(arrived).toEqual(["one", "two", "three"]);
  expect(others).toEqual([]);
  await vi.waitFor(async () => expect(await storage.all()).toEqual([]));
});

test("signing out on purpose leaves nothing on the device", async () => {
  const storage = indexedDbOutbox("cleo");
  const box = outbox(() => new Promise(() => {}), storage);
  await box.add(unsent("private"));
  await box.forget();
  expect(await storage.all()).toEqual([]);
});
