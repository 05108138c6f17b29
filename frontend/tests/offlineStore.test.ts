import "fake-indexeddb/auto";
import { ApolloClient, ApolloLink, type DocumentNode } from "@apollo/client";
import { of, throwError } from "rxjs";
import { expect, test } from "vitest";
import { makeCache } from "@/app/cache";
import { forgetChat } from "@/app/features";
import { keepMessages } from "@/features/messages/cache";
import { indexedDbCopy } from "@/features/offline/model/copyStorage";
import { OfflineStore } from "@/features/offline/model/offlineStore";
import { ChatsDocument, MessagesDocument } from "@/gql/receiver/graphql";
import { CHAT, ChatModel } from "./chatModel";

const nameOf = (query: DocumentNode) =>
  query.definitions.map((definition) => ("name" in definition ? definition.name?.value : undefined))[0];

/** A tab: what it asks is answered from the model, or not at all while it is cut off. */
function tab(model: ChatModel, userId: string) {
  const state = { online: true };
  const link = new ApolloLink((operation) => {
    if (!state.online) return throwError(() => new TypeError("Failed to fetch"));
    const name = nameOf(operation.query);
    if (name === "Messages") return of({ data: structuredClone(model.newest(50)) });
    if (name === "ViewerState") return of({ data: structuredClone(model.viewerState(1, 1_000)) });
    throw new Error(`${name} was not expected`);
  });
  const client = new ApolloClient({ cache: makeCache(), link });
  return { state, client, copy: new OfflineStore(client, indexedDbCopy(userId), forgetChat) };
}

const texts = (client: ApolloClient) =>
  client
    .readQuery({ query: MessagesDocument, variables: { chatId: CHAT, last: 50 } })
    ?.messages.edges.map(({ node }) => (node as unknown as { content: string | null }).content);

/** A tab that has read the list, fetched what it keeps, and written it down. */
async function readAndKept(model: ChatModel, userId: string) {
  const before = tab(model, userId);
  before.client.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: model.chats() as never });
  await before.copy.refresh();
  await before.copy.prefetch();
  await before.copy.save();
  return before;
}

function talk(): ChatModel {
  const model = new ChatModel();
  for (let number = 1; number <= 70; number += 1) model.add("ada", `text ${number}`);
  return model;
}

test("the next tab shows the list and the last page of a chat that was never opened, without a network", async () => {
  const model = talk();
  await readAndKept(model, "ada");
  const after = tab(model, "ada");
  after.state.online = false;
  await after.copy.restore();
  const list = after.client.readQuery({ query: ChatsDocument, variables: { first: 50 } });
  expect(list?.chats.edges.map(({ node }) => node.id)).toEqual([CHAT]);
  await after.copy.hydrateChat(CHAT);
  expect(texts(after.client)).toEqual(Array.from({ length: 50 }, (_, index) => `text ${index + 21}`));
});

test("what was edited, removed and added meanwhile is seen as soon as the services answer", async () => {
  const model = talk();
  await readAndKept(model, "ben");
  const after = tab(model, "ben");
  await after.copy.restore();
  await after.copy.hydrateChat(CHAT);
  model.edit(69, "better");
  model.remove(70);
  for (let number = 71; number <= 160; number += 1) model.add("ada", `text ${number}`);
  await after.copy.refresh();
  expect(texts(after.client)).toEqual(Array.from({ length: 50 }, (_, index) => `text ${index + 111}`));
});

test("once the services have answered, the copy no longer stands in for them", async () => {
  const model = talk();
  await readAndKept(model, "cleo");
  const after = tab(model, "cleo");
  await after.copy.refresh();
  await after.copy.hydrateChat(CHAT);
  expect(texts(after.client)).toBeUndefined();
});

test("the end of a session leaves nothing of its reader, and everything of others", async () => {
  const model = talk();
  await readAndKept(model, "dora");
  const { copy } = await readAndKept(model, "emil");
  await copy.forget();
  await copy.save();
  expect(await indexedDbCopy("emil").names()).toEqual([]);
  expect((await indexedDbCopy("dora").names()).sort()).toEqual(["chats", `messages ${CHAT}`, `own ${CHAT}`]);
});

test("who reads far up keeps the page that was newest before, and not the one they are at", async () => {
  const model = talk();
  const { client, copy } = await readAndKept(model, "finn");
  keepMessages(client.cache, { chatId: CHAT }, 21, 40);
  await copy.save();
  const after = tab(model, "finn");
  await after.copy.restore();
  await after.copy.hydrateChat(CHAT);
  expect(texts(after.client)?.at(-1)).toBe("text 70");
});

test("what is stored is told, with the number of its newest message, once and also of a chat that nobody opened", async () => {
  const model = talk();
  const stored: [string, number][] = [];
  const { client } = tab(model, "gus");
  const copy = new OfflineStore(client, indexedDbCopy("gus"), forgetChat, async ({ id }, number) => {
    expect(await indexedDbCopy("gus").get(`messages ${CHAT}`)).toBeDefined();
    stored.push([id, number]);
    return true;
  });
  client.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: model.chats() as never });
  await copy.refresh();
  // Nobody has fetched its messages: that is done on the way.
  await copy.save();
  await copy.save();
  await copy.save();
  expect(stored).toEqual([[CHAT, 70]]);
});

test("what could not be fetched without a network is fetched and told later", async () => {
  const model = talk();
  const stored: number[] = [];
  const { client, state } = tab(model, "hana");
  const copy = new OfflineStore(client, indexedDbCopy("hana"), forgetChat, (_, number) => stored.push(number));
  client.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: model.chats() as never });
  await copy.refresh();
  state.online = false;
  await expect(copy.save()).rejects.toThrow();
  state.online = true;
  await copy.save();
  await copy.save();
  expect(stored).toEqual([70]);
});
