import { ApolloClient, ApolloLink } from "@apollo/client";
import { of } from "rxjs";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeCache } from "@/app/cache";
import { forgetChat } from "@/app/features";
import { deliver } from "@/features/messages/model/deliver";
import { loadPage } from "@/features/messages/model/loadPage";
import type { UnsentMessage } from "@/features/messages/model/outboxEntry";
import { edgesOf, shownOf } from "@/features/messages/model/timeline";
import { unreadAbove } from "@/features/messages/model/unread";
import { knownThread } from "@/features/threads";
import { OwnThreads } from "@/features/threads/model/ownThreads";
import { type OwnThread, unreadReplies } from "@/features/threads/model/unreadReplies";
import { ChatsDocument } from "@/gql/receiver/graphql";
import { applyBatch } from "@/live/applyBatch";
import { FeedPositions } from "@/live/positions";
import { applier, batch, CHAT, ChatModel, ME } from "./chatModel";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

// biome-ignore lint/suspicious/noExplicitAny: answers as they travel
type Json = any;

/** The same sequence for the same seed. */
function dice(seed: number) {
  let state = seed;
  return (sides: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** A tab of the reader's, which hears what a chat tells and asks what they follow there; answers travel until they are let go. */
function tab(server: ChatModel, { knowsAuthors = true } = {}) {
  const cache = makeCache();
  cache.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: structuredClone(server.chats()) as never });
  const positions = new FeedPositions();
  let seen = server.events.length;
  const travelling: (() => void)[] = [];
  let asked = 0;
  const edge = () => (cache.readQuery({ query: ChatsDocument, variables: { first: 50 } }) as Json).chats.edges[0];
  const threads = new OwnThreads({
    me: ME,
    load() {
      asked += 1;
      const { edges } = structuredClone(server.followedThreads()).followedThreads as Json;
      const told = edges.map(({ node: { thread, lastReadNumber, unreadCount } }: Json) => {
        const { chatId, rootId, lastNumber } = thread;
        return { chatId, rootId, lastNumber, lastReadNumber, unreadCount };
      });
      return new Promise((resolve) => travelling.push(() => resolve({ threads: told, all: true })));
    },
    authorOf: (id) => (knowsAuthors ? server.messages.find((message) => message.id === id)?.senderId : undefined),
    chatMark: () => edge().participant.lastReadNumber,
  });
  const own = (number: number): OwnThread | undefined => threads.states.get().get(server.messages[number - 1]!.id);
  return {
    cache,
    threads,
    own,
    asked: () => asked,
    edge,
    hear(upTo = server.events.length, from = seen) {
      const events = server.events.slice(from, upTo);
      seen = Math.max(seen, upTo);
      if (events.length > 0) {
        applyBatch(cache, positions, batch(events), { ...applier, services: { ...applier.services, threads } });
      }
    },
    /** Lets what travels arrive, and what is asked for then. */
    async settle() {
      await vi.advanceTimersByTimeAsync(1_500);
      for (let next = travelling.shift(); next; next = travelling.shift()) {
        next();
        await vi.advanceTimersByTimeAsync(1_500);
      }
    },
    unread: () => unreadAbove(edge().participant.lastReadNumber, edge().node),
    unreadIn: (number: number) => unreadReplies(own(number), edge().participant.lastReadNumber),
  };
}

const rootsOf = (server: ChatModel) =>
  server.messages.filter(({ threadRootId }) => threadRootId === null).map(({ number }) => number);

test("whatever is said, read, removed and followed in whichever order: what is left to read is what a count says", {
  timeout: 60_000,
}, async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    const roll = dice(seed);
    const server = new ChatModel();
    for (let step = 0; step < 4; step += 1) server.add(["ada", ME, "ben"][roll(3)]!, `text ${step}`);
    const here = tab(server, { knowsAuthors: roll(2) === 0 });
    here.threads.refreshSoon(0);
    for (let step = 0; step < 50; step += 1) {
      const who = ["ada", "ben", ME][roll(3)]!;
      const roots = rootsOf(server);
      const root = roots[roll(roots.length)]!;
      [
        () => server.add(who, "text"),
        () => server.add(who, "reply", root),
        () => server.add(who, "reply", root),
        () => server.add(who, "reply", root),
        () => server.remove(1 + roll(server.messages.length)),
        () => server.readUpTo(1 + roll(server.messages.length)),
        () => server.messages[root - 1]!.thread && server.follow(root, true, roll(2) * server.messages.length),
        () => server.messages[root - 1]!.thread && roll(3) === 0 && server.follow(root, false),
        () => here.threads.refreshSoon(0),
        () => here.hear(),
        () => here.hear(server.events.length - roll(3)),
      ][roll(11)]!();
      if (roll(6) === 0) await here.settle();
    }
    here.hear();
    await here.settle();
    // Where only a service can tell it is asked, as the list of chats does.
    if (rootsOf(server).some((number) => !here.unreadIn(number).exact)) here.threads.refreshSoon();
    await here.settle();
    expect(here.unread(), `seed ${seed}`).toBe(server.unread());
    for (const number of rootsOf(server)) {
      expect(here.unreadIn(number), `seed ${seed}, thread of ${number}`).toEqual({
        count: server.unreadReplies(number),
        exact: true,
      });
      if (here.unread() === 0) expect(here.unreadIn(number).count).toBe(0);
    }
  }
});

test("the first reply follows a thread for who began it, an own one for who replies, and one of others for nobody else", async () => {
  const server = new ChatModel();
  server.add(ME, "mine");
  server.add("ada", "hers");
  const here = tab(server);
  here.threads.refreshSoon(0);
  await here.settle();
  expect(here.asked()).toBe(1);
  server.add("ada", "to mine", 1);
  server.add("ben", "to hers", 2);
  here.hear();
  expect(here.unreadIn(1)).toEqual({ count: 1, exact: true });
  expect(here.own(2)).toBeUndefined();
  server.add(ME, "to hers, too", 2);
  server.add("ben", "once more", 2);
  here.hear();
  expect(here.unreadIn(2)).toEqual({ count: 1, exact: true });
  await here.settle();
  expect(here.asked(), "what events tell is not asked for").toBe(1);
});

test("who has read the chat to its end has nothing left in its threads, and who has read a thread has the chat left", async () => {
  const server = new ChatModel();
  server.add(ME, "mine");
  const here = tab(server);
  for (const who of ["ada", "ben"]) server.add(who, "reply", 1);
  server.add("ben", "something else");
  here.hear();
  expect([here.unread(), here.unreadIn(1).count]).toEqual([3, 2]);
  server.follow(1, true, 3);
  here.hear();
  expect([here.unread(), here.unreadIn(1).count]).toEqual([3, 0]);
  server.add("ada", "reply", 1);
  here.hear();
  expect([here.unread(), here.unreadIn(1).count]).toEqual([4, 1]);
  server.readUpTo(5);
  here.hear();
  expect([here.unread(), here.unreadIn(1).count]).toEqual([0, 0]);
});

test("an own reply moves no mark of the chat and is not unread, whichever of its answer and its event comes first", async () => {
  for (const eventFirst of [true, false]) {
    const server = new ChatModel();
    server.add("ada", "a question");
    server.add("ada", "another one");
    const here = tab(server);
    const link = new ApolloLink(() => {
      server.add(ME, "an answer", 1);
      const { thread: _, sender: __, replyTo: ___, reactionGroups: ____, ...message } = server.messages.at(-1)!;
      if (eventFirst) here.hear();
      const answered = { ...message, replyToId: null };
      return of({ data: { createMessage: { __typename: "CreateMessagePayload", message: answered } } });
    });
    const client = new ApolloClient({ cache: here.cache, link });
    const unsent = { kind: "message", id: "message 3", chatId: CHAT, content: "an answer", replyToId: null, place: 1 };
    const entry = { ...unsent, threadRootId: "message 1", createdAt: "2026-01-01T12:00:00Z" } as UnsentMessage;
    await deliver(client, entry, ME, new AbortController().signal);
    expect(here.edge().participant.lastReadNumber).toBe(0);
    expect(here.unread()).toBe(2);
    if (!eventFirst) here.hear();
    expect(here.unread()).toBe(2);
    expect(knownThread(here.cache, "message 1")).toMatchObject({ replyCount: 1, lastUserIds: [ME] });
  }
});

test("a removed reply is left to nobody, told before or after it was counted", async () => {
  const server = new ChatModel();
  server.add(ME, "mine");
  for (let step = 0; step < 3; step += 1) server.add("ada", "reply", 1);
  const here = tab(server);
  here.threads.refreshSoon(0);
  await here.settle();
  expect(here.unreadIn(1).count).toBe(3);
  server.remove(3);
  here.hear();
  await here.settle();
  expect([here.unreadIn(1).count, here.unread()]).toEqual([2, 2]);
  server.add("ben", "reply", 1);
  here.hear();
  server.remove(5);
  here.hear();
  here.hear(server.events.length, server.events.length - 2);
  expect([here.unreadIn(1).count, here.unread()]).toEqual([2, 2]);
});

test("a service that is behind, and one that cannot be reached, take nothing back", async () => {
  const server = new ChatModel();
  server.add(ME, "mine");
  let answer: () => Promise<Json> = async () => {
    throw new Error("not there");
  };
  const threads = new OwnThreads({ me: ME, load: () => answer(), authorOf: () => ME, chatMark: () => 0 });
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  threads.refreshSoon(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(warn).toHaveBeenCalled();
  const told = { chatId: CHAT, rootId: "message 1", lastReadNumber: 0, unreadCount: 2, lastNumber: 9 };
  answer = async () => ({ threads: [told], all: true });
  await vi.advanceTimersByTimeAsync(10_000);
  const own = () => threads.states.get().get("message 1");
  expect(own()).toMatchObject({ following: true, unreadCount: 2, toldNumber: 9 });
  answer = async () => ({ threads: [{ ...told, unreadCount: 1, lastNumber: 5 }], all: true });
  threads.refreshSoon(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(own()).toMatchObject({ following: true, unreadCount: 2, toldNumber: 9 });
  threads.followed({ chatId: CHAT, rootId: "message 1", following: false, lastReadNumber: 0 });
  expect(unreadReplies(own(), 0).count).toBe(0);
  threads.close();
  warn.mockRestore();
});

test("where not everything was told, a reply asks once whether its thread is followed", async () => {
  let asked = 0;
  const load = async () => {
    asked += 1;
    return { threads: [], all: false };
  };
  const threads = new OwnThreads({ me: ME, load, authorOf: () => undefined, chatMark: () => 0 });
  threads.refreshSoon(0);
  await vi.advanceTimersByTimeAsync(1);
  const reply = { chatId: CHAT, senderId: "ada", createdAt: "2026-01-01T12:00:00Z", threadRootId: "old" };
  for (let ordinal = 7; ordinal < 12; ordinal += 1) {
    threads.replied({ ...reply, number: 100 + ordinal, threadOrdinal: ordinal });
    await vi.advanceTimersByTimeAsync(2_000);
  }
  expect(asked).toBe(2);
  expect(threads.knows("old")).toBe(true);
  threads.leave(CHAT);
  expect(threads.knows("old")).toBe(false);
});

test("the replies of a thread are a list of their own: with pages, what comes live, and what is forgotten with the chat", async () => {
  const server = new ChatModel();
  for (let step = 0; step < 3; step += 1) server.add("ada", `text ${step}`);
  const here = tab(server);
  const timeline = { chatId: CHAT, rootId: "message 2" };
  const link = new ApolloLink(() =>
    of({ data: structuredClone(server.newestReplies(2, 50)) as Record<string, unknown> }),
  );
  const client = new ApolloClient({ cache: here.cache, link });
  const shown = () =>
    edgesOf(here.cache.readQuery(shownOf(timeline)) ?? undefined).map(({ node }: Json) => node.threadOrdinal);
  await loadPage(client, timeline, { last: 50 });
  expect(shown()).toEqual([]);
  server.add("ben", "first", 2);
  server.add("ada", "aside");
  server.add(ME, "second", 2);
  here.hear();
  expect(shown()).toEqual([1, 2]);
  server.add("ben", "third", 2);
  await loadPage(client, timeline, { last: 50 });
  here.hear();
  expect(shown()).toEqual([1, 2, 3]);
  forgetChat(here.cache, CHAT);
  expect(here.cache.readQuery(shownOf(timeline))).toBeNull();
  await loadPage(client, timeline, { last: 50 });
  expect(shown()).toEqual([1, 2, 3]);
});
