import { ApolloClient, ApolloLink } from "@apollo/client";
import { Observable } from "rxjs";
import { expect, test } from "vitest";
import { makeCache } from "@/app/cache";
import { forgetChat } from "@/app/features";
import { freshnessLink } from "@/app/freshnessLink";
import { loadPage } from "@/features/messages/model/loadPage";
import { type LoadedMessage, loadOwnReactions } from "@/features/reactions/model/loadOwnReactions";
import { readOwn } from "@/features/reactions/model/ownReactions";
import { sendReaction } from "@/features/reactions/model/sendReaction";
import { shownReactions } from "@/features/reactions/model/shownReactions";
import { MessagesDocument } from "@/gql/receiver/graphql";
import { applyBatch } from "@/live/applyBatch";
import { FeedPositions } from "@/live/positions";
import { applier, batch, CHAT, ChatModel, ME } from "./chatModel";

// biome-ignore lint/suspicious/noExplicitAny: answers as they travel
type Json = any;

/** A tab whose service reads at once and answers when it is told to, or at once where nothing is held. */
function tab(server: ChatModel) {
  const cache = makeCache();
  const positions = new FeedPositions();
  const asked: { operation: string; variables: Json }[] = [];
  const held: (() => void)[] = [];
  const state = { holds: false };
  const answerOf = (operation: string, variables: Json): Json => {
    if (operation === "Messages") return server.newest(50);
    if (operation === "ViewerState") return server.viewerState(variables.fromNumber, variables.toNumber);
    const { messageId, emoji } = variables.input;
    const number = Number(messageId.split(" ")[1]);
    const base = emoji.replace(/\p{Emoji_Modifier}/gu, "");
    server.react(ME, number, base, operation === "AddReaction" ? emoji : null);
    const found = server.messages[number - 1]!.reactionGroups.find((group) => group.emoji === base);
    const reactionGroup = found ?? { __typename: "ReactionGroup", emoji: base, count: 0, position: 0 };
    const root = operation === "AddReaction" ? "addReaction" : "removeReaction";
    return { [root]: { __typename: "Payload", reactionGroup } };
  };
  const link = new ApolloLink(
    ({ operationName = "", variables }) =>
      new Observable((observer) => {
        asked.push({ operation: operationName, variables: { ...variables } });
        const data = structuredClone(answerOf(operationName, variables));
        const tell = () => {
          observer.next({ data });
          observer.complete();
        };
        if (state.holds) held.push(tell);
        else queueMicrotask(tell);
      }),
  );
  const client = new ApolloClient({ cache, link: ApolloLink.from([freshnessLink(cache, () => ME), link]) });
  let seen = 0;
  return {
    cache,
    client,
    asked,
    state,
    /** Waits until one more answer is held, and lets it go. */
    async release() {
      await expect.poll(() => held.length).toBeGreaterThan(0);
      held.shift()?.();
    },
    held,
    /** Hears what has happened since. */
    hear() {
      applyBatch(cache, positions, batch(server.events.slice(seen)), applier);
      seen = server.events.length;
    },
    passOverEvents() {
      seen = server.events.length;
    },
    load: () => loadPage(client, { chatId: CHAT }, { last: 50 }),
    groups: (number: number): string[] => {
      const { messages } = cache.readQuery({ query: MessagesDocument, variables: { chatId: CHAT, last: 50 } }) as Json;
      const found = messages.edges.find(({ node }: Json) => node.number === number);
      return found.node.reactionGroups.map(({ emoji, count }: Json) => `${emoji} ${count}`);
    },
    own: (number: number): string[] => readOwn(cache, CHAT, `message ${number}`).map(({ variant }) => variant),
    loaded: () =>
      server.messages.map((message) => ({ cursor: `at ${message.id}`, message }) as Json) as LoadedMessage[],
  };
}

function talk(count = 5): ChatModel {
  const server = new ChatModel();
  for (let number = 1; number <= count; number += 1) server.add("ada", `text ${number}`);
  return server;
}

/** A tab that has loaded a chat and knows what is the reader's own in it. */
async function open(server: ChatModel) {
  const it = tab(server);
  await it.load();
  await loadOwnReactions(it.client, CHAT, it.loaded());
  it.passOverEvents();
  return it;
}

test("a wish counts once, whether its event, its answer or neither is there", () => {
  const group = (count: number) => ({ emoji: "👍", count, position: 1 });
  const own = [{ emoji: "👍", variant: "👍🏽" }];
  const add = [{ emoji: "👍", variant: "👍🏽", added: true }];
  const gone = [{ emoji: "👍", variant: "👍🏽", added: false }];
  const shown = (...given: Parameters<typeof shownReactions>) =>
    shownReactions(...given).map((one) => `${one.own ?? one.emoji} ${one.count}`);
  expect(shown([group(2)], [], add)).toEqual(["👍🏽 3"]);
  expect(shown([group(3)], own, add)).toEqual(["👍🏽 3"]);
  expect(shown([group(3)], own, [])).toEqual(["👍🏽 3"]);
  expect(shown([], [], add)).toEqual(["👍🏽 1"]);
  expect(shown([group(3)], own, gone)).toEqual(["👍 2"]);
  expect(shown([group(2)], [], gone)).toEqual(["👍 2"]);
  expect(shown([group(1)], own, gone)).toEqual([]);
  // Another tone of what one has.
  expect(shown([group(1)], own, [{ emoji: "👍", variant: "👍🏿", added: true }])).toEqual(["👍🏿 1"]);
  const two = [
    { emoji: "🎉", count: 1, position: 2 },
    { emoji: "👍", count: 1, position: 1 },
  ];
  expect(shown(two, [], [{ emoji: "❤️", variant: "❤️", added: true }])).toEqual(["👍 1", "🎉 1", "❤️ 1"]);
});

test("events say all there is, in order of position, and saying it again changes nothing", async () => {
  const server = talk();
  const it = await open(server);
  server.react("ada", 2, "🎉");
  server.react("ben", 2, "👍");
  server.react(ME, 2, "👍", "👍🏽");
  server.react("ada", 2, "🎉", null);
  server.react("ada", 2, "🎉");
  it.hear();
  expect(it.groups(2)).toEqual(["👍 2", "🎉 1"]);
  expect(it.own(2)).toEqual(["👍🏽"]);
  const before = structuredClone({ ...it.cache.extract(), __META: undefined });
  applyBatch(it.cache, new FeedPositions(), batch(server.events.slice(-5)), applier);
  expect({ ...it.cache.extract(), __META: undefined }).toEqual(before);
  server.react(ME, 2, "👍", null);
  it.hear();
  expect(it.groups(2)).toEqual(["👍 1", "🎉 1"]);
  expect(it.own(2)).toEqual([]);
});

test("what is the reader's own is known from the events alone where all messages came live", async () => {
  const server = talk(0);
  const it = await open(server);
  server.add("ada", "text 1");
  server.react(ME, 1, "👍", "👍🏽");
  server.react(ME, 1, "🎉");
  server.react("ben", 1, "👍");
  it.hear();
  expect(it.own(1)).toEqual(["👍🏽", "🎉"]);
  expect(it.groups(1)).toEqual(["👍 2", "🎉 1"]);
  expect(it.asked.map(({ operation }) => operation)).toEqual(["Messages"]);
});

test("a message that is removed has no reactions, and none comes back", async () => {
  const server = talk();
  server.react("ada", 2, "👍");
  const it = await open(server);
  server.react("ben", 2, "👍");
  const late = server.events.slice(-1);
  server.remove(2);
  it.hear();
  expect(it.groups(2)).toEqual([]);
  applyBatch(it.cache, new FeedPositions(), batch(late), applier);
  expect(it.groups(2)).toEqual([]);
});

test("a page that was read before reactions takes none back, also of messages that it is the first to bring", async () => {
  const server = talk();
  server.react("ada", 1, "👍");
  const it = tab(server);
  it.passOverEvents();
  it.state.holds = true;
  const page = it.load();
  await expect.poll(() => it.held.length).toBe(1);
  server.react("ben", 1, "👍");
  server.react("ben", 2, "🎉");
  server.react("ada", 1, "❤️");
  it.hear();
  await it.release();
  await page;
  expect(it.groups(1)).toEqual(["👍 2", "❤️ 1"]);
  expect(it.groups(2)).toEqual(["🎉 1"]);
  const again = it.load();
  await expect.poll(() => it.held.length).toBe(1);
  server.react("ben", 1, "👍", null);
  server.react("ben", 2, "🎉", null);
  it.hear();
  await it.release();
  await again;
  expect(it.groups(1)).toEqual(["👍 1", "❤️ 1"]);
  expect(it.groups(2)).toEqual([]);
});

test("however many react, a page is asked for once, and what is asked for later is no older than the reactions known", async () => {
  const server = talk();
  const it = tab(server);
  it.passOverEvents();
  it.state.holds = true;
  const page = it.load();
  await expect.poll(() => it.held.length).toBe(1);
  for (let round = 0; round < 20; round += 1) {
    server.react("ada", 1, "👍", round % 2 === 0 ? "👍" : null);
    server.add("ben", `in between ${round}`);
    it.hear();
  }
  await it.release();
  await page;
  it.state.holds = false;
  expect(it.asked.map(({ operation }) => operation)).toEqual(["Messages"]);
  await it.load();
  expect(it.asked.at(-1)?.variables.detailsUpTo).toBe(`chat ${server.events.length}`);
});

test("what is the reader's own is asked for with the pages that have reactions, once, and for no live message", async () => {
  const server = talk();
  const it = await open(server);
  expect(it.asked.map(({ operation }) => operation)).toEqual(["Messages"]);
  server.add("ada", "text 6");
  server.react("ben", 6, "👍");
  it.hear();
  const live = it.loaded().map((one) => (one.message.number === 6 ? { ...one, cursor: "" } : one));
  await loadOwnReactions(it.client, CHAT, live);
  expect(it.asked).toHaveLength(1);

  const other = talk();
  other.react(ME, 3, "👍", "👍🏿");
  other.react("ada", 4, "🎉");
  const next = await open(other);
  expect(next.own(3)).toEqual(["👍🏿"]);
  await loadOwnReactions(next.client, CHAT, next.loaded());
  expect(next.asked.map(({ operation }) => operation)).toEqual(["Messages", "ViewerState"]);
  forgetChat(next.cache, CHAT);
  expect(next.own(3)).toEqual([]);
});

test("a late answer about the reader's own reactions takes nothing back", async () => {
  const server = talk();
  server.react(ME, 3, "👍");
  const it = tab(server);
  await it.load();
  it.passOverEvents();
  it.state.holds = true;
  const loading = loadOwnReactions(it.client, CHAT, it.loaded());
  await expect.poll(() => it.held.length).toBe(1);
  server.react(ME, 3, "👍", null);
  server.react(ME, 4, "🎉");
  it.hear();
  await it.release();
  await loading;
  expect(it.own(3)).toEqual([]);
  expect(it.own(4)).toEqual(["🎉"]);
});

const wish = (number: number, variant: string, added = true) => ({
  chatId: CHAT,
  messageId: `message ${number}`,
  emoji: variant.replace(/\p{Emoji_Modifier}/gu, ""),
  variant,
  added,
});

test("an answer settles a wish where the event has not come, and the event then changes nothing", async () => {
  const server = talk();
  server.react("ada", 2, "👍");
  const it = await open(server);
  await sendReaction(it.client, wish(2, "👍🏽"), new AbortController().signal);
  expect(it.groups(2)).toEqual(["👍 2"]);
  expect(it.own(2)).toEqual(["👍🏽"]);
  it.hear();
  expect(it.groups(2)).toEqual(["👍 2"]);
  await sendReaction(it.client, wish(2, "👍🏽", false), new AbortController().signal);
  expect(it.groups(2)).toEqual(["👍 1"]);
  expect(it.own(2)).toEqual([]);
});

test("an answer that the events have overtaken takes back nothing of what they said", async () => {
  const server = talk();
  const it = await open(server);
  it.state.holds = true;
  const sent = sendReaction(it.client, wish(2, "👍"), new AbortController().signal);
  await expect.poll(() => it.held.length).toBe(1);
  // The own one, and others after it, while the answer travels.
  server.react("ada", 2, "👍");
  server.react("ben", 2, "👍");
  it.hear();
  await it.release();
  await sent;
  expect(it.groups(2)).toEqual(["👍 3"]);
  expect(it.own(2)).toEqual(["👍"]);
});

test("where only others were heard of meanwhile, the own event is waited for and what others did stays", async () => {
  const server = talk();
  const it = await open(server);
  it.state.holds = true;
  server.react("ada", 2, "👍");
  const sent = sendReaction(it.client, wish(2, "👍"), new AbortController().signal);
  await expect.poll(() => it.held.length).toBe(1);
  // The event of the one before comes now, the own one not yet.
  applyBatch(it.cache, new FeedPositions(), batch(server.events.slice(-2, -1)), applier);
  await it.release();
  let settled = false;
  void sent.then(() => {
    settled = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(settled).toBe(false);
  expect(it.groups(2)).toEqual(["👍 1"]);
  applyBatch(it.cache, new FeedPositions(), batch(server.events.slice(-1)), applier);
  await sent;
  expect(it.groups(2)).toEqual(["👍 2"]);
  expect(it.own(2)).toEqual(["👍"]);
});

test("a page that was read before an own reaction was acknowledged does not take it back", async () => {
  const server = talk();
  const it = await open(server);
  it.state.holds = true;
  const page = it.load();
  await expect.poll(() => it.held.length).toBe(1);
  const sent = sendReaction(it.client, wish(2, "👍"), new AbortController().signal);
  await expect.poll(() => it.held.length).toBe(2);
  it.held.pop()?.();
  await sent;
  await it.release();
  await page;
  expect(it.groups(2)).toEqual(["👍 1"]);
});
