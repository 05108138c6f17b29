import { ApolloClient, ApolloLink } from "@apollo/client";
import { Observable } from "rxjs";
import { expect, test } from "vitest";
import { makeCache } from "@/app/cache";
import { forgetChat } from "@/app/features";
import { freshnessLink } from "@/app/freshnessLink";
import { isPinned } from "@/features/pins/cache";
import { PinnedMessagesDocument } from "@/gql/receiver/graphql";
import { applyBatch } from "@/live/applyBatch";
import { FeedPositions } from "@/live/positions";
import { applier, batch, CHAT, ME } from "./chatModel";

// biome-ignore lint/suspicious/noExplicitAny: answers as they travel
type Json = any;

const message = (number: number, over: object = {}): Json => ({
  __typename: "Message",
  id: `message ${number}`,
  chatId: CHAT,
  revision: 1,
  senderId: "ben",
  senderUsername: "ben",
  sender: { __typename: "User", id: "ben", username: "ben", displayName: "Ben" },
  content: `text ${number}`,
  createdAt: "2026-01-01T12:00:00Z",
  removedAt: null,
  threadRootId: null,
  mentions: [],
  mentionsAll: false,
  ...over,
});

const event = (seq: number, __typename: string, number: number, over: object = {}): Json => ({
  __typename,
  id: `event ${seq}`,
  seq,
  at: `2026-01-01T13:00:0${seq}Z`,
  actorId: "ada",
  message: message(number, over),
});

const answer = (...numbers: number[]): Json => ({
  chat: {
    __typename: "Chat",
    id: CHAT,
    pinnedMessages: {
      __typename: "PinnedMessageConnection",
      nodes: numbers.map((number) => ({
        __typename: "PinnedMessage",
        pinnedById: "ada",
        pinnedAt: "2026-01-01T12:30:00Z",
        message: message(number),
      })),
      pageInfo: { __typename: "PageInfo", hasNextPage: false, endCursor: null },
    },
  },
});

function tab() {
  const cache = makeCache();
  const positions = new FeedPositions();
  const variables = { chatId: CHAT };
  return {
    cache,
    load: (...numbers: number[]) =>
      cache.writeQuery({ query: PinnedMessagesDocument, variables, data: answer(...numbers) }),
    hear: (...events: Json[]) => applyBatch(cache, positions, batch(events), applier),
    shown: (): [string, string][] | undefined =>
      (cache.readQuery({ query: PinnedMessagesDocument, variables }) as Json)?.chat.pinnedMessages.nodes.map(
        (node: Json) => [node.message.content, node.pinnedById],
      ),
  };
}

test("what is pinned comes first, what is unpinned goes, and hearing it twice changes nothing", () => {
  const { cache, load, hear, shown } = tab();
  load(2, 1);
  hear(event(1, "MessagePinned", 3), event(2, "MessageUnpinned", 2));
  expect(shown()).toEqual([
    ["text 3", "ada"],
    ["text 1", "ada"],
  ]);
  // A snapshot may hold already what an event tells after it.
  hear(event(3, "MessagePinned", 3));
  expect(shown()?.map(([text]) => text)).toEqual(["text 3", "text 1"]);
  expect(isPinned(cache, CHAT, "message 3")).toBe(true);
  expect(isPinned(cache, CHAT, "message 2")).toBe(false);
});

test("before the list was read nothing is known, and nothing is made up", () => {
  const { cache, hear, shown } = tab();
  hear(event(1, "MessagePinned", 3));
  expect(shown()).toBeUndefined();
  expect(isPinned(cache, CHAT, "message 3")).toBe(false);
});

test("a message that is known in a newer state keeps it", () => {
  const { load, hear, shown } = tab();
  load(1);
  hear(event(1, "MessagePinned", 1, { revision: 3, content: "newer" }));
  hear(event(2, "MessagePinned", 1, { revision: 2, content: "older" }));
  expect(shown()).toEqual([["newer", "ada"]]);
});

test("after a reset the pins are read again where they are shown", () => {
  const { cache, load, shown } = tab();
  load(1);
  forgetChat(cache, CHAT);
  expect(shown()).toBeUndefined();
});

test("an answer that an event has overtaken is asked for again", async () => {
  const { cache, hear } = tab();
  const positions = [answer(1), answer(2, 1)];
  let asked = 0;
  const link = new ApolloLink(
    () =>
      new Observable((observer) => {
        const data = positions[asked];
        asked += 1;
        if (asked === 1) hear(event(1, "MessagePinned", 2));
        queueMicrotask(() => {
          observer.next({ data });
          observer.complete();
        });
      }),
  );
  const client = new ApolloClient({ cache, link: ApolloLink.from([freshnessLink(cache, () => ME), link]) });
  const { data } = await client.query({ query: PinnedMessagesDocument, variables: { chatId: CHAT } });
  expect(asked).toBe(2);
  expect((data as Json).chat.pinnedMessages.nodes).toHaveLength(2);
});
