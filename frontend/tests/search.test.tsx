import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import SearchPanel from "@/features/search/components/SearchPanel";
import { ChatsDocument } from "@/gql/receiver/graphql";
import { CHAT, ChatModel } from "./chatModel";
import { type Around, around, show } from "./page";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  Object.defineProperty(navigator, "onLine", { value: true, configurable: true });
});

type Answer = { data: object } | { errors: object[] };

/** What the service finds: messages of the model that contain the word. */
function found(model: ChatModel, word: string, over: object = {}): Answer {
  const edges = model.messages
    .filter(({ content }) => String(content).includes(word))
    .reverse()
    .map((node) => ({
      __typename: "MessageSearchEdge",
      cursor: `c ${node.id}`,
      node,
      highlights: [{ __typename: "TextRange", start: String(node.content).indexOf(word), length: word.length }],
    }));
  const pageInfo = { __typename: "PageInfo", hasNextPage: false, endCursor: "end" };
  const connection = { __typename: "MessageSearchConnection", edges, pageInfo, complete: true, searchedBackTo: null };
  return { data: structuredClone({ searchMessages: { ...connection, ...over } }) };
}

function talk(): ChatModel {
  const model = new ChatModel();
  model.add("ada", "Who has the lamp?");
  model.add("ben", "The lamp is here", 1);
  model.add("ben", "And the stands");
  return model;
}

const people = (nodes: object[]) => ({
  data: {
    searchUsers: { __typename: "UserConnection", nodes: nodes.map((node) => ({ __typename: "User", ...node })) },
  },
});

/** The panel with a service that answers as told. */
async function panel(
  search: (variables: Record<string, unknown>) => Answer | Promise<Answer>,
  path = "/",
  users: object[] = [],
) {
  const it = around((operation, variables) => {
    if (operation === "SearchMessages") return search(variables) as never;
    return operation === "SearchUsers" ? people(users) : { data: {} };
  });
  it.client.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: talk().chats() as never });
  const [onClose, onLeave] = [vi.fn(), vi.fn()];
  await show(<SearchPanel onClose={onClose} onLeave={onLeave} />, it, path);
  const field = screen.getByRole("combobox", { name: "Chats, people, messages" });
  const write = async (text: string) => {
    await act(async () => void fireEvent.change(field, { target: { value: text } }));
  };
  const press = (key: string) => act(async () => void fireEvent.keyDown(field, { key }));
  return { ...it, field, write, press, onClose, onLeave };
}

const asked = ({ asked: all }: Around) =>
  all.filter(({ operation }) => operation === "SearchMessages").map(({ variables }) => variables.query);

const group = (name: string) => screen.findByRole("group", { name });

test("one field finds chats at once, and people and messages after a pause, with what was found in them marked", async () => {
  const it = await panel(() => found(talk(), "lamp"), "/", [{ id: "lam", username: "lam", displayName: "Lam Nguyen" }]);
  expect(within(await group("Chats")).getByRole("option").textContent).toContain("a chat");
  for (const text of ["l", "la", "lam", "lamp"]) await it.write(text);
  expect(screen.queryByRole("group", { name: "Chats" })).toBeNull();
  const messages = await group("Messages");
  expect(within(messages).getAllByRole("option")).toHaveLength(2);
  expect(
    within(messages)
      .getAllByText("lamp")
      .map(({ tagName }) => tagName),
  ).toEqual(["MARK", "MARK"]);
  expect(within(messages).getAllByRole("option")[0]?.textContent).toMatch(/^BEN.*a chat.*The lamp is here/);
  expect(within(await group("People")).getByRole("option").textContent).toContain("Lam Nguyen");
  expect(await screen.findByText("2 messages")).toBeTruthy();
  expect(asked(it)).toEqual(["lamp"]);
});

test("the keys lead to a message in its chat, or in its thread", async () => {
  const it = await panel(() => found(talk(), "lamp"));
  await it.write("lamp");
  await group("Messages");
  const [reply, first] = screen.getAllByRole("option");
  expect(it.field.getAttribute("aria-activedescendant")).toBe(reply!.id);
  await it.press("ArrowDown");
  expect(it.field.getAttribute("aria-activedescendant")).toBe(first!.id);
  expect(first!.getAttribute("aria-selected")).toBe("true");
  await it.press("ArrowDown");
  await it.press("ArrowUp");
  await it.press("Enter");
  expect(it.places).toEqual([`/chats/${CHAT}/thread/message%201?at=message+2`]);
  // One may want the next one.
  expect(it.onLeave).not.toHaveBeenCalled();
  cleanup();
  const other = await panel(() => found(talk(), "stands"));
  await other.write("stands");
  await group("Messages");
  await other.press("Enter");
  expect(other.places).toEqual([`/chats/${CHAT}?at=message+3`]);
  cleanup();
  const third = await panel(() => found(talk(), "lamp"));
  await third.press("Escape");
  expect(third.onClose).toHaveBeenCalledOnce();
});

test("an answer to an earlier question is never shown", async () => {
  const answers = new Map<unknown, (answer: Answer) => void>();
  const it = await panel(({ query }) => new Promise<Answer>((answer) => answers.set(query, answer)));
  await it.write("lamp");
  await expect.poll(() => answers.has("lamp")).toBe(true);
  await it.write("stands");
  await expect.poll(() => answers.has("stands")).toBe(true);
  expect(screen.getByRole("status").textContent).toBe("Searching…");
  await act(async () => answers.get("stands")!(found(talk(), "stands")));
  await act(async () => answers.get("lamp")!(found(talk(), "lamp")));
  const options = within(await group("Messages")).getAllByRole("option");
  expect(options).toHaveLength(1);
  expect(options[0]?.textContent).toContain("And the stands");
});

test("a search that stopped says how far it came, and goes on where it stopped", async () => {
  const stopped = {
    complete: false,
    searchedBackTo: "2024-05-03T10:00:00Z",
    pageInfo: { __typename: "PageInfo", hasNextPage: true, endCursor: "here" },
  };
  const it = await panel(({ after }) => (after ? found(talk(), "lamp") : found(new ChatModel(), "lamp", stopped)));
  await it.write("lamp");
  expect(await screen.findByText(/^No message found back to .*May.* 2024/)).toBeTruthy();
  expect(screen.getByRole("option").textContent).toMatch(/^Searched back to .*May.* 2024.*Go on$/);
  await it.press("Enter");
  expect(await screen.findByText("2 messages")).toBeTruthy();
  expect(it.asked.at(-1)?.variables).toMatchObject({ query: "lamp", after: "here" });
  expect(screen.getAllByRole("option")).toHaveLength(2);
});

test("within one chat only its messages are searched, and nobody and no chat is offered", async () => {
  const it = await panel(() => found(talk(), "lamp"), "/", [{ id: "lam", username: "lam", displayName: "Lam" }]);
  await act(async () => it.signedIn.search.searchIn(CHAT));
  await it.write("lamp");
  await group("Messages");
  expect(it.asked.at(-1)).toMatchObject({ operation: "SearchMessages", variables: { query: "lamp", chatId: CHAT } });
  expect(screen.queryByRole("group", { name: "People" })).toBeNull();
  expect(screen.queryByRole("group", { name: "Chats" })).toBeNull();
});

test("the operators are explained while nothing is typed, and written by choosing them", async () => {
  const it = await panel(() => found(talk(), "lamp"));
  const hints = within(await group("Search messages with")).getAllByRole("option");
  expect(hints.map(({ textContent }) => textContent)).toContain(
    "has:linkWith a link. There are no images or files yet",
  );
  fireEvent.click(screen.getByRole("option", { name: /^from:@ada/ }));
  expect((it.field as HTMLInputElement).value).toBe("from:@");
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(asked(it)).toEqual([]);
  await it.write("from:@ben stands");
  await group("Messages");
  expect(asked(it)).toEqual(["from:@ben stands"]);
  expect(it.asked.some(({ operation }) => operation === "SearchUsers")).toBe(false);
});

test("too many searches say so and are asked again, what fails says why, and offline says what is searched", async () => {
  const limited = { message: "too fast", extensions: { code: "RATE_LIMITED", retryAfterMs: 600 } };
  let left = 2;
  const it = await panel(({ query }) => {
    if (query === "broken") return { errors: [{ message: "down", extensions: { code: "UNAVAILABLE" } }] };
    left -= 1;
    return left >= 0 ? { errors: [limited] } : found(talk(), "lamp");
  });
  await it.write("lamp");
  expect(await screen.findByText(/faster than is allowed. Searching again in 1 second/)).toBeTruthy();
  expect(await screen.findByText("2 messages", {}, { timeout: 3_000 })).toBeTruthy();
  expect(asked(it)).toEqual(["lamp", "lamp", "lamp"]);
  await it.write("broken");
  expect(await screen.findByText(/The service cannot be reached/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Try again" })).toBeTruthy();
  Object.defineProperty(navigator, "onLine", { value: false, configurable: true });
  await act(async () => void dispatchEvent(new Event("offline")));
  await it.write("chat");
  expect(screen.getByText(/^Offline. Only your chats are searched/)).toBeTruthy();
  expect(within(await group("Chats")).getByRole("option").textContent).toContain("a chat");
});

test("a message that was removed after it was found disappears, and one that was edited is marked no longer", async () => {
  const model = talk();
  const it = await panel(() => found(model, "lamp"));
  await it.write("lamp");
  await group("Messages");
  const change = (id: string, fields: object) =>
    it.client.cache.modify({
      id: it.client.cache.identify({ __typename: "Message", id })!,
      fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, () => value])),
    });
  await act(async () => void change("message 1", { content: "Who lost a lamp?" }));
  await expect.poll(() => screen.getAllByRole("option")[1]?.textContent).toContain("Who lost a lamp?");
  expect(screen.getAllByText("lamp").filter(({ tagName }) => tagName === "MARK")).toHaveLength(1);
  await act(async () => void change("message 2", { content: null, removedAt: "2026-01-01T00:00:00Z" }));
  await expect.poll(() => screen.getAllByRole("option").length).toBe(1);
  expect(screen.queryByText(/is here/)).toBeNull();
  expect(screen.getByRole("status").textContent).toBe("1 message");
});
