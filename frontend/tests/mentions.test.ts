import { ApolloClient, ApolloLink } from "@apollo/client";
import { Observable } from "rxjs";
import { afterEach, expect, test } from "vitest";
import { makeCache } from "@/app/cache";
import { forgetChat } from "@/app/features";
import { freshnessLink } from "@/app/freshnessLink";
import { chatReader } from "@/features/chats/model/chatReader";
import { listedChat } from "@/features/chats/model/listedChat";
import { loadChats } from "@/features/chats/model/loadChats";
import { begunAt, namesIn } from "@/features/mentions/model/names";
import { complete } from "@/features/messages/model/deliver";
import { ChatsDocument, MentionsPageDocument, MessagesDocument } from "@/gql/receiver/graphql";
import { applyBatch } from "@/live/applyBatch";
import { changesOf } from "@/live/changes";
import { Inbox } from "@/live/inbox";
import { FeedPositions } from "@/live/positions";
import type { TransportListener } from "@/live/transport";
import type { TransportFallback } from "@/live/transportFallback";
import { marked } from "@/ui/inserts";
import { plainText } from "@/ui/parseMarkdown";
import { applier, batch, CHAT, ChatModel, ME } from "./chatModel";

// biome-ignore lint/suspicious/noExplicitAny: answers as they travel
type Json = any;

const inboxes: Inbox[] = [];
afterEach(() => {
  for (const inbox of inboxes.splice(0)) inbox.stop();
});

/** A page whose service answers by what it read when it was asked; from `hold` on, only once that is let go. */
function page(server: ChatModel) {
  const cache = makeCache();
  const positions = new FeedPositions();
  let held: (() => void)[] | undefined;
  const asked: string[] = [];
  const link = new ApolloLink(
    ({ operationName = "" }) =>
      new Observable((observer) => {
        asked.push(operationName);
        const read = structuredClone(answerOf(server, operationName));
        const tell = () => {
          observer.next({ data: read });
          observer.complete();
        };
        if (held) held.push(tell);
        else tell();
      }),
  );
  const client = new ApolloClient({ cache, link: ApolloLink.from([freshnessLink(cache, () => ME), link]) });
  let seen = 0;
  return {
    cache,
    client,
    asked,
    hold: () => {
      held = [];
      return async () => {
        await expect.poll(() => held?.length).toBeGreaterThan(0);
        const waiting = held ?? [];
        held = undefined;
        for (const tell of waiting) tell();
      };
    },
    load: () => loadChats(client, () => {}, ME),
    /** Tells what happened since this was called last. */
    hear: () => {
      const events = server.events.slice(seen);
      seen = server.events.length;
      applyBatch(cache, positions, batch(events), applier);
    },
    mentioned: () => mentionedIn(cache),
  };
}

/** What the badge of the chat says. */
function mentionedIn(cache: ReturnType<typeof makeCache>): number {
  const [edge] = cache.readQuery({ query: ChatsDocument, variables: { first: 50 } })!.chats.edges;
  return listedChat(edge!.node, edge!.participant, ME).mentioned;
}

function answerOf(server: ChatModel, operation: string): Json {
  if (operation === "Chats") return server.chats();
  if (operation === "Messages") return server.newest(50);
  const [edge] = (server.chats() as Json).chats.edges;
  if (operation === "ChatById") return { chat: { ...edge.node, participant: edge.participant } };
  const edges = server.messages
    .filter(({ number }) => server.mentioned().includes(number))
    .map((node) => ({ __typename: "MentionEdge", cursor: `at ${node.number}`, node }))
    .reverse();
  const pageInfo = { __typename: "PageInfo", hasNextPage: false, endCursor: null };
  return { mentions: { __typename: "MentionConnection", edges, pageInfo } };
}

test("the badge counts what mentions the reader above the mark: by name or with everyone, and not by themselves", async () => {
  const server = new ChatModel();
  const own = page(server);
  await own.load();
  for (const [sender, text] of [
    ["ada", "hello @me"],
    ["ada", "hello @all"],
    ["ada", "hello @ben"],
    ["ben", "nobody"],
  ] as const)
    server.add(sender, text);
  own.hear();
  expect(own.mentioned()).toBe(2);
  server.readUpTo(1);
  own.hear();
  expect(own.mentioned(), "read on another device").toBe(1);
  server.remove(2);
  own.hear();
  expect(own.mentioned(), "removed").toBe(0);
  server.edit(4, "but @me");
  own.hear();
  expect(own.mentioned(), "added by an edit").toBe(1);
  server.edit(4, "nobody after all");
  own.hear();
  expect(own.mentioned(), "taken back by an edit").toBe(0);
  // By another instance, from further back.
  applyBatch(own.cache, new FeedPositions(), batch(server.events.slice(0, -1)), applier);
  expect(own.mentioned(), "told again").toBe(0);
  server.edit(4, "@me again");
  server.add(ME, "who reads, with @me");
  own.hear();
  expect(own.mentioned(), "who writes has read").toBe(0);
  expect(own.asked).toEqual(["Chats"]);
});

test("a mention that comes while the list of chats is still being read is counted, and stays so", async () => {
  const server = new ChatModel();
  const own = page(server);
  await own.load();
  const release = own.hold();
  const loading = own.load();
  await expect.poll(() => own.asked.length).toBe(2);
  server.add("ada", "are you there, @me?");
  server.add("ada", "@me once more");
  own.hear();
  expect(own.mentioned()).toBe(2);
  await release();
  await loading;
  expect(own.mentioned(), "the list was read before them").toBe(2);
  await own.load();
  expect(own.mentioned()).toBe(2);
});

test("a list that was read before an edit brings no mention back that the edit took, and takes none that it gave", async () => {
  const server = new ChatModel();
  const own = page(server);
  server.add("ada", "come, @me");
  server.add("ada", "come, all of you");
  own.hear();
  await own.load();
  const release = own.hold();
  const loading = own.load();
  await expect.poll(() => own.asked.length).toBe(2);
  server.edit(1, "come, whoever wants");
  own.hear();
  expect(own.mentioned()).toBe(0);
  server.edit(2, "come, @all of you");
  own.hear();
  await release();
  await loading;
  expect(own.mentioned()).toBe(1);
});

test("a mention in a chat that is not listed yet is counted once its chat is, whichever comes first", async () => {
  const server = new ChatModel();
  const own = page(server);
  const release = own.hold();
  const loading = own.load();
  await expect.poll(() => own.asked.length).toBe(1);
  server.add("ada", "welcome, @me");
  own.hear();
  await release();
  await loading;
  expect(own.mentioned()).toBe(1);
});

test("where events were missed for good, what they said is forgotten and the list holds", async () => {
  const server = new ChatModel();
  const own = page(server);
  await own.load();
  server.add("ada", "@me");
  own.hear();
  // Nobody tells of this one.
  server.edit(1, "nobody");
  changesOf(own.cache).restart(CHAT);
  await own.load();
  expect(own.mentioned()).toBe(0);
  server.add("ada", "@me, after that");
  applyBatch(own.cache, new FeedPositions(), batch(server.events.slice(-1)), applier);
  expect(own.mentioned()).toBe(1);
});

test("positions that no service takes any more make the list hold again", { timeout: 15_000 }, async () => {
  const server = new ChatModel();
  const { cache, client } = page(server);
  let listener: TransportListener | undefined;
  const open = (heard: TransportListener) => {
    listener = heard;
    return () => {};
  };
  const inbox = new Inbox({
    ...applier,
    client,
    fallback: () => ({ open }) as unknown as TransportFallback,
    reader: { ...chatReader(client, ME), forget: () => {} },
  });
  inboxes.push(inbox);
  await inbox.start();
  server.add("ada", "@me");
  listener?.receive(batch(server.events));
  expect(mentionedIn(cache)).toBe(1);
  server.edit(1, "nobody");
  listener?.refused();
  await expect.poll(() => mentionedIn(cache), { timeout: 10_000 }).toBe(0);
});

test("who leaves a chat and comes back is told anew", async () => {
  const server = new ChatModel();
  const own = page(server);
  await own.load();
  server.add("ada", "@me");
  own.hear();
  const left = { __typename: "ChatLeft", id: "left", seq: 1, actorId: ME, chatId: CHAT };
  applyBatch(own.cache, new FeedPositions(), batch([left], { feedId: ME, cursor: "own 1" }), applier);
  server.edit(1, "nobody");
  await own.load();
  expect(own.mentioned()).toBe(0);
});

test("the names belong to the text: a page that was read before an edit does not name those of the old one", async () => {
  const server = new ChatModel();
  server.add("ada", "@ben and @me");
  const own = page(server);
  await own.load();
  const variables = { chatId: CHAT, last: 50 };
  await own.client.query({ query: MessagesDocument, variables });
  const release = own.hold();
  const late = own.client.query({ query: MessagesDocument, variables, fetchPolicy: "network-only" });
  server.edit(1, "only now @me");
  own.hear();
  await release();
  await late;
  const { messages } = own.cache.readQuery({ query: MessagesDocument, variables }) as Json;
  const { content, mentions } = messages.edges[0].node;
  expect(content).toBe("only now @me");
  expect(mentions.map(({ userId, start }: Json) => [userId, start])).toEqual([[ME, 9]]);
});

test("what the sender answers names those who are known here", async () => {
  const server = new ChatModel();
  const own = page(server);
  await own.load();
  const { thread: _, replyTo, reactionGroups, sender, ...sent } = { ...new ChatModelWith("@ben, @zoe").only() } as Json;
  const answer = {
    ...sent,
    replyToId: null,
    mentions: [
      { userId: "ben", start: 0, length: 4 },
      { userId: "zoe", start: 6, length: 4 },
    ],
  };
  const { mentions } = complete(own.cache, answer) as Json;
  expect(mentions.map(({ userId, user }: Json) => [userId, user?.displayName])).toEqual([
    ["ben", "BEN"],
    ["zoe", undefined],
  ]);
});

class ChatModelWith extends ChatModel {
  constructor(text: string) {
    super();
    this.add(ME, text);
  }
  only() {
    return this.messages[0]!;
  }
}

test("the list of mentions follows the events, newest first, and is not asked for again", async () => {
  const server = new ChatModel();
  for (const text of ["@me one", "nobody", "@me three"]) server.add("ada", text);
  const own = page(server);
  own.hear();
  await own.load();
  const variables = { first: 25 };
  await own.client.query({ query: MentionsPageDocument, variables });
  const numbers = () =>
    (own.cache.readQuery({ query: MentionsPageDocument, variables }) as Json).mentions.edges.map(
      ({ node }: Json) => node.number,
    );
  expect(numbers()).toEqual([3, 1]);
  server.edit(2, "but @me");
  server.add("ben", "@all four");
  own.hear();
  expect(numbers()).toEqual([4, 3, 2, 1]);
  await own.client.query({ query: MentionsPageDocument, variables, fetchPolicy: "network-only" });
  expect(numbers()).toEqual([4, 3, 2, 1]);
  forgetChat(own.cache, CHAT);
  expect(own.cache.readQuery({ query: MentionsPageDocument, variables }), "events of a chat were missed").toBeNull();
});

test("the place of a name is found in whatever Markdown it stands, and stays as written in code and links", () => {
  const words = (text: string, ...names: string[]) =>
    plainText(
      text,
      names.map((name) => ({ start: text.indexOf(name), length: name.length, words: name.toUpperCase() })),
    );
  expect(words("- _@ada_b_ and **@ben**", "@ada_b", "@ben")).toBe("@ADA_B and @BEN");
  expect(words("| a |\n| - |\n| @ada |", "@ada")).toBe("a @ADA");
  expect(words("👍🏽 @ada\n> quoted @ben", "@ada", "@ben")).toBe("👍🏽 @ADA quoted @BEN");
  const hostile = `${String.fromCodePoint(0xf_0000)}${String.fromCodePoint(0xf_0001)} @ada`;
  expect(words(hostile, "@ada")).toBe(hostile.replace("@ada", "@ADA"));
  const { source, restored, split } = marked("`@ada` @ada", [
    { start: 7, length: 4 },
    { start: 90, length: 4 },
  ]);
  expect(restored(source)).toBe("`@ada` @ada");
  expect(split(source)).toEqual(["`@ada` ", { start: 7, length: 4 }]);
});

test("what is being written at the caret is a name only where one can begin", () => {
  const query = (text: string, caret = text.length) => begunAt(text, caret)?.query;
  expect(query("@")).toBe("");
  expect(query("hello @Ad")).toBe("Ad");
  expect(query("hello @Ad there", 9)).toBe("Ad");
  expect(query("(@ad")).toBe("ad");
  expect(query("مرحبا @آد")).toBe("آد");
  expect(query("谢谢@ad")).toBe("ad");
  expect(query("@ada/@b")).toBe("b");
  const none = ["ada@x", "ada_@b", "x.org/@b", "https://x.org?to=@b", "\\@a", "hello @ada ", "@@", "no name"];
  for (const text of none) expect(query(text), text).toBeUndefined();
});

test("the names of a text are those outside of code, links and quotes", () => {
  expect(namesIn("@Ada and @ben, **@cleo**\n- @dan\n- `@no`")).toEqual(["ada", "ben", "cleo", "dan"]);
  expect(
    namesIn("> @quoted\n```\n@code\n```\n[@link](https://example.org) ada@example.org https://x.org/@path"),
  ).toEqual([]);
  expect(namesIn("@all! 谢谢@ada你好 @adä @ada\u0301 me@ada")).toEqual(["all", "ada"]);
});
