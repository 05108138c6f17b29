import { act, cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { ChatRow } from "@/features/chats/components/ChatRow";
import { listedChat } from "@/features/chats/model/listedChat";
import { ChatsDocument } from "@/gql/receiver/graphql";
import { CHAT, ChatModel, ME } from "./chatModel";
import { type Around, around, show } from "./page";

afterEach(cleanup);

/** The row of the list for the only chat of the model. */
async function row(model: ChatModel, it: Around = around()): Promise<HTMLElement> {
  it.client.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: model.chats() as never });
  const [edge] = it.client.readQuery({ query: ChatsDocument, variables: { first: 50 } })!.chats.edges;
  await show(<ChatRow listed={listedChat(edge!.node, edge!.participant, ME)} />, it);
  return screen.getByRole("link");
}

function talk(): ChatModel {
  const model = new ChatModel();
  model.add("ada", "first");
  model.add("ben", "**second**");
  return model;
}

test("a row tells the name, who wrote last and what in plain words, and how much is unread", async () => {
  const link = await row(talk());
  expect(link.getAttribute("href")).toBe(`/chats/${CHAT}`);
  expect(within(link).getByText("a chat")).toBeTruthy();
  expect(within(link).getByText("BEN: second")).toBeTruthy();
  expect(within(link).getByRole("img", { name: "2 unread" })).toBeTruthy();
});

test("what is before the reader's eyes is not unread, and removed messages are not", async () => {
  const it = around();
  it.signedIn.lookedAt.set(CHAT);
  expect(within(await row(talk(), it)).queryByRole("img", { name: /unread/ })).toBeNull();
  cleanup();
  const model = talk();
  model.remove(2);
  const link = await row(model);
  expect(within(link).getByText("BEN: Message removed")).toBeTruthy();
  expect(within(link).getByRole("img", { name: "1 unread" })).toBeTruthy();
});

test("a draft stands before the last message, and who types before both", async () => {
  const it = around();
  it.signedIn.drafts.set(CHAT, "half a thou");
  const link = await row(talk(), it);
  expect(within(link).getByText("Draft: half a thou")).toBeTruthy();
  await act(async () => it.signedIn.typing.heard(CHAT, "ada", Date.now() + 5_000));
  expect(within(link).getByText("ADA is typing…")).toBeTruthy();
});

test("what is on its way is shown as said", async () => {
  const it = around(undefined, () => new Promise(() => {}));
  const message = {
    id: "m9",
    chatId: CHAT,
    content: "on **its** way",
    replyToId: null,
    createdAt: "2026-01-01T13:00:00Z",
  };
  await it.tab.outbox.send(message);
  expect(within(await row(talk(), it)).getByText("You: on its way")).toBeTruthy();
});

test("a chat without a message says so, and a pinned and muted one shows both", async () => {
  const it = around();
  const model = new ChatModel();
  model.set({ pinnedAt: "2026-01-01T12:00:00Z", mutedUntil: "9999-01-01T00:00:00Z" });
  const link = await row(model, it);
  expect(within(link).getByText("No messages yet")).toBeTruthy();
  expect(within(link).getByRole("img", { name: "Muted" })).toBeTruthy();
  expect(within(link).getByRole("img", { name: "Pinned" })).toBeTruthy();
});

test("beside what is unread stands how often the reader is mentioned, also in a muted chat, and not while they look", async () => {
  const model = talk();
  model.add("ada", "come, @me");
  const it = around();
  model.set({ mutedUntil: "9999-01-01T00:00:00Z" });
  const link = await row(model, it);
  expect(within(link).getByRole("img", { name: "1 mention of you" }).textContent).toBe("@");
  expect(within(link).getByRole("img", { name: "3 unread" })).toBeTruthy();
  cleanup();
  model.add("ben", "come, @all");
  expect(within(await row(model)).getByRole("img", { name: "2 mentions of you" }).textContent).toBe("@2");
  cleanup();
  const looking = around();
  looking.signedIn.lookedAt.set(CHAT);
  expect(within(await row(model, looking)).queryByRole("img", { name: /mention/ })).toBeNull();
});

test("a chat that is only marked as unread says so without a number, and not while the reader looks", async () => {
  const model = talk();
  model.readUpTo(2);
  model.set({ unreadFrom: 2 });
  expect(within(await row(model)).getByRole("img", { name: "Marked as unread" }).textContent).toBe("");
  cleanup();
  const looking = around();
  looking.signedIn.lookedAt.set(CHAT);
  expect(within(await row(model, looking)).queryByRole("img", { name: "Marked as unread" })).toBeNull();
});
