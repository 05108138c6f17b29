import "fake-indexeddb/auto";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { expect, test, vi } from "vitest";
import { browser } from "./browser";

test("everyone is not called once more by itself: the author is told why, and what follows is sent", async () => {
  const extensions = { code: "RATE_LIMITED", reason: "MENTION_ALL_TOO_OFTEN", retryAfterMs: 48_000 };
  const { outbox, asked } = browser().tab({
    answer: async (entry) => {
      if ("content" in entry && entry.content.includes("@all"))
        throw new CombinedGraphQLErrors({ errors: [{ message: "too often", extensions }] });
    },
  });
  const message = { chatId: "chat", replyToId: null, createdAt: "2026-01-01" };
  await outbox.send({ ...message, id: "1", content: "hello @all" });
  await outbox.send({ ...message, id: "2", content: "hello" });
  await vi.waitFor(() => expect(asked).toEqual(["hello @all", "hello"]));
  await vi.waitFor(() =>
    expect(outbox.entries.get()).toMatchObject([{ id: "1", failure: { reason: "MENTION_ALL_TOO_OFTEN" } }]),
  );
});
