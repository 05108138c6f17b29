import { expect, test } from "vitest";
import { makeCache } from "@/app/cache";
import { applyBatch } from "@/live/applyBatch";
import { FeedPositions } from "@/live/positions";
import { applier, batch, CHAT, ChatModel, ME } from "./chatModel";

// biome-ignore lint/suspicious/noExplicitAny: answers as they travel
type Json = any;

test("a chat that somebody was added to goes on from where it was read, if the connection breaks right after", () => {
  const positions = new FeedPositions();
  const { node, participant } = (new ChatModel().chats() as Json).chats.edges[0];
  const added = { __typename: "ChatAdded", id: "e1", seq: 1, actorId: "ada", chatId: CHAT, chat: node, participant };
  applyBatch(makeCache(), positions, batch([added], { feedId: ME, cursor: "own 1" }), applier);
  expect(positions.cursorOf(CHAT)).toBe(node.feedCursor);

  // What has come of it meanwhile is further.
  applyBatch(makeCache(), positions, batch([], { feedId: CHAT, cursor: "chat 9" }), applier);
  applyBatch(makeCache(), positions, batch([{ ...added, seq: 2 }], { feedId: ME, cursor: "own 2" }), applier);
  expect(positions.cursorOf(CHAT)).toBe("chat 9");
});
