import { ApolloClient, ApolloLink, type InMemoryCache } from "@apollo/client";
import { Observable } from "rxjs";
import { expect, test } from "vitest";
import { makeCache } from "@/app/cache";
import { forgetChat } from "@/app/features";
import { freshnessLink } from "@/app/freshnessLink";
import { chatReader } from "@/features/chats/model/chatReader";
import { loadChats } from "@/features/chats/model/loadChats";
import { unreadAbove } from "@/features/messages/model/unread";
import { ChatsDocument, ParticipantsDocument } from "@/gql/receiver/graphql";
import { ChangeParticipantRoleDocument } from "@/gql/sender/graphql";
import { applyBatch } from "@/live/applyBatch";
import { Inbox } from "@/live/inbox";
import { FeedPositions } from "@/live/positions";
import type { TransportListener } from "@/live/transport";
import type { TransportFallback } from "@/live/transportFallback";
import { applier, batch, CHAT, ChatModel, ME } from "./chatModel";

// biome-ignore lint/suspicious/noExplicitAny: answers as they travel
type Json = any;

/** A client whose service answers with what `answer` says when it is asked, some time after it has read. */
function clientOf(answer: (operation: string, variables: Json) => Json | Promise<Json>) {
  const cache = makeCache();
  const asked: { operation: string; variables: Json }[] = [];
  const link = new ApolloLink(
    ({ operationName, variables }) =>
      new Observable((observer) => {
        asked.push({ operation: operationName ?? "", variables: { ...variables } });
        Promise.resolve(answer(operationName ?? "", variables)).then((data) => {
          observer.next({ data: structuredClone(data) });
          observer.complete();
        });
      }),
  );
  const client = new ApolloClient({ cache, link: ApolloLink.from([freshnessLink(cache, () => ME), link]) });
  return { cache, client, asked };
}

function participantsOf(server: ChatModel): Json {
  const edges = [...server.roles.keys()].map((id) => ({
    __typename: "ParticipantEdge",
    cursor: id,
    node: server.participant(id),
  }));
  const pageInfo = { __typename: "PageInfo", hasNextPage: false, endCursor: null };
  return {
    chat: { __typename: "Chat", id: CHAT, participants: { __typename: "ParticipantConnection", edges, pageInfo } },
  };
}

const shown = (cache: InMemoryCache) =>
  (
    cache.readQuery({ query: ParticipantsDocument, variables: { chatId: CHAT, first: 100 } }) as Json
  ).chat.participants.edges
    .map(({ node }: Json) => `${node.userId} ${node.role}`)
    .sort();

test("D1: an answer that was read before somebody left and a role changed brings neither back", async () => {
  const server = new ChatModel();
  const held: (() => void)[] = [];
  const { cache, client, asked } = clientOf((operation) => {
    const data = operation === "Participants" ? participantsOf(server) : server.chats();
    if (operation !== "Participants" || asked.length > 2) return data;
    // Read now, told later.
    const read = structuredClone(data);
    return new Promise((resolve) => held.push(() => resolve(read)));
  });
  await client.query({ query: ChatsDocument, variables: { first: 50 } });
  const answer = client.query({ query: ParticipantsDocument, variables: { chatId: CHAT, first: 100 } });
  await expect.poll(() => held.length).toBe(1);
  server.leave("ben");
  server.promote("ada", "ADMIN");
  server.join("cleo");
  applyBatch(cache, new FeedPositions(), batch(server.events), applier);
  held[0]?.();
  await answer;
  expect(shown(cache)).toEqual(["ada ADMIN", "cleo MEMBER", "me OWNER"]);
  expect(asked.at(-1)?.variables.atLeast, "no older than what the events said").toBe("chat 3");
});

test("D1: a late answer to a mutation takes no role and no name back", async () => {
  const server = new ChatModel();
  let tell: (() => void) | undefined;
  const { cache, client } = clientOf((operation) => {
    if (operation === "Chats") return server.chats();
    const participant = { ...server.participant("ada"), user: undefined };
    const data = { changeParticipantRole: { __typename: "ChangeParticipantRolePayload", participant } };
    return new Promise((resolve) => {
      tell = () => resolve(data);
    });
  });
  await client.query({ query: ChatsDocument, variables: { first: 50 } });
  server.promote("ada", "ADMIN");
  const input = { chatId: CHAT, userId: "ada", role: "ADMIN" as const };
  const answer = client.mutate({ mutation: ChangeParticipantRoleDocument, variables: { input } });
  await expect.poll(() => tell).toBeDefined();
  server.promote("ada", "MEMBER");
  applyBatch(cache, new FeedPositions(), batch(server.events), applier);
  tell?.();
  await answer;
  const entry = cache.extract()[cache.identify({ __typename: "Participant", chatId: CHAT, userId: "ada" })!];
  expect(entry?.role).toBe("MEMBER");
});

test("D1: the own name is not taken back by a service that remembers the old one", async () => {
  const server = new ChatModel();
  const { cache, client } = clientOf((operation) => (operation === "Chats" ? server.chats() : participantsOf(server)));
  await client.query({ query: ChatsDocument, variables: { first: 50 } });
  const user = { __typename: "User", id: ME, username: ME, displayName: "New Name", about: "" };
  const renamed = { __typename: "ProfileUpdated", id: "event", seq: 1, actorId: ME, user };
  applyBatch(cache, new FeedPositions(), batch([renamed], { feedId: ME, cursor: "own 1" }), applier);
  await client.query({
    query: ParticipantsDocument,
    variables: { chatId: CHAT, first: 100 },
    fetchPolicy: "network-only",
  });
  expect(cache.extract()[cache.identify({ __typename: "User", id: ME })!]?.displayName).toBe("New Name");
});

test("who left while nobody told is gone from the list with the next first page", async () => {
  const server = new ChatModel();
  const { cache, client } = clientOf(() => participantsOf(server));
  const ask = () =>
    client.query({ query: ParticipantsDocument, variables: { chatId: CHAT, first: 100 }, fetchPolicy: "network-only" });
  await ask();
  server.leave("ben");
  await ask();
  expect(shown(cache)).toEqual(["ada MEMBER", "me OWNER"]);
});

test("removed messages above the mark are not unread, whichever way and however often they are told", () => {
  const server = new ChatModel();
  for (let step = 0; step < 6; step += 1) server.add("ada", "text");
  server.remove(4);
  const cache = makeCache();
  const apply = (events: readonly Json[]) => applyBatch(cache, new FeedPositions(), batch(events), applier);
  const unread = () => {
    const edge = (cache.readQuery({ query: ChatsDocument, variables: { first: 50 } }) as Json).chats.edges[0];
    return unreadAbove(edge.participant.lastReadNumber, edge.node);
  };
  cache.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: server.chats() as never });
  expect(unread()).toBe(5);
  server.remove(6);
  apply(server.events.slice(-1));
  apply(server.events);
  expect(unread()).toBe(4);
  cache.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: server.chats() as never });
  expect(unread()).toBe(4);
  const moved = { __typename: "ReadMarkMoved", id: "event", seq: 99, actorId: ME, chatId: CHAT, lastReadNumber: 5 };
  applyBatch(cache, new FeedPositions(), batch([moved], { feedId: ME }), applier);
  expect(unread(), "the last one is removed").toBe(0);
});

/** Chats in the order of their activity, given in pages by what stands after a place, as the service does. */
class MovingList {
  #tick = 0;
  readonly chats = new Map<string, number>();

  constructor(count: number) {
    for (let number = 1; number <= count; number += 1) this.touch(`chat ${number}`);
  }

  touch(id: string): void {
    this.#tick += 1;
    this.chats.set(id, this.#tick);
  }

  edge(id: string): Json {
    const lastMessageAt = new Date(Date.UTC(2026, 0, 1) + (this.chats.get(id) ?? 0) * 1_000).toISOString();
    const { chats } = new ChatModel().chats() as Json;
    const [edge] = structuredClone(chats.edges);
    return {
      ...edge,
      participant: { ...edge.participant, chatId: id },
      node: { ...edge.node, id, lastMessageAt, feedCursor: `${id} at ${this.#tick}` },
    };
  }

  page(first: number, after: string | null): Json {
    const order = [...this.chats].sort(([, a], [, b]) => b - a);
    const rest = after === null ? order : order.filter(([, at]) => at < Number(after));
    const edges = rest.slice(0, first).map(([id]) => this.edge(id));
    const last = rest.slice(0, first).at(-1);
    const pageInfo = { __typename: "PageInfo", hasNextPage: rest.length > first, endCursor: String(last?.[1] ?? "") };
    return { chats: { __typename: "ChatConnection", feedCursor: "own 0", edges, pageInfo } };
  }
}

const listed = (cache: InMemoryCache): string[] =>
  (cache.readQuery({ query: ChatsDocument, variables: { first: 50 } }) as Json).chats.edges.map(
    ({ node }: Json) => node.id,
  );

test("a list that moves while it is paged ends with everything", { timeout: 30_000 }, async () => {
  const list = new MovingList(130);
  let pages = 0;
  const { cache, client } = clientOf((_, { first, after }) => {
    const answer = list.page(first, after ?? null);
    // After each page someone writes in two chats of the last page, the first of which was not read yet.
    pages += 1;
    if (pages < 6) {
      list.touch(`chat ${pages}`);
      list.touch(`chat ${60 + pages}`);
    }
    return answer;
  });
  await loadChats(client, () => {}, ME);
  expect(new Set(listed(cache))).toEqual(new Set(list.chats.keys()));
});

test("a list of one page is asked for once", async () => {
  const list = new MovingList(7);
  const { client, asked } = clientOf((_, { first, after }) => list.page(first, after ?? null));
  await loadChats(client, () => {}, ME);
  expect(asked).toHaveLength(1);
});

test("an event of a chat that the list does not show makes it load that chat", async () => {
  const list = new MovingList(3);
  const hidden = "chat hidden";
  const { cache, client, asked } = clientOf((operation, { first, after }) => {
    if (operation === "Chats") return list.page(first, after ?? null);
    const { node, participant } = list.edge(hidden);
    return { chat: { ...node, participant } };
  });
  let listener: TransportListener | undefined;
  const open = (heard: TransportListener) => {
    listener = heard;
    return () => {};
  };
  const fallback = { open } as unknown as TransportFallback;
  const inbox = new Inbox({
    ...applier,
    client,
    fallback: () => fallback,
    reader: { ...chatReader(client, ME), forget: (chatId) => forgetChat(cache, chatId) },
  });
  await inbox.start();
  list.touch(hidden);
  const said = new ChatModel();
  said.add("ada", "who knows this chat?");
  const events = said.events.map((event) => ({ ...event, message: { ...(event.message as Json), chatId: hidden } }));
  for (let told = 0; told < 2; told += 1) listener?.receive(batch(events, { feedId: hidden, cursor: "hidden 1" }));
  await expect.poll(() => listed(cache)).toContain(hidden);
  expect(asked.filter(({ operation }) => operation === "ChatById")).toHaveLength(1);
  inbox.stop();
});
