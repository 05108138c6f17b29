import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Health } from "@/api/health";
import { Store } from "@/api/store";
import { Sidebar } from "@/features/chats/components/Sidebar";
import { ChatsDocument } from "@/gql/receiver/graphql";
import { CHAT, ChatModel } from "./chatModel";
import { type Around, around, show } from "./page";

afterEach(cleanup);

interface Edge {
  participant: Record<string, unknown>;
  node: { settings: Record<string, unknown>; participants: unknown } & Record<string, unknown>;
}

/** The list with a chat for each of these settings, named by its place; the first one has something unread. */
async function list(...settings: Record<string, unknown>[]): Promise<Around> {
  // No service answers.
  const it = around(undefined, () => new Promise(() => {}));
  Object.assign(it.services, { health: new Health(), session: { stored: new Store(true) } });
  Object.assign(it.signedIn.inbox, { current: new Store(undefined) });
  const model = new ChatModel();
  model.add("ada", "hello");
  const { chats } = structuredClone(model.chats()) as { chats: { edges: Edge[] } };
  const [edge] = chats.edges;
  chats.edges = settings.map((set, index) => {
    const id = index === 0 ? CHAT : `chat ${index}`;
    const node = { ...edge!.node, id, name: `chat ${index}`, settings: { ...edge!.node.settings, chatId: id, ...set } };
    const lastReadNumber = index === 0 ? 0 : 1;
    return { ...edge!, node, participant: { ...edge!.participant, chatId: id, lastReadNumber } };
  });
  it.client.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: { chats } as never });
  await show(<Sidebar />, it);
  await act(async () => void (await new Promise((resolve) => setTimeout(resolve, 300))));
  return it;
}

const names = () =>
  screen
    .getAllByRole("link")
    .filter((link) => link.querySelector("time"))
    .map((link) => link.textContent?.match(/chat \d/)?.[0]);

test("what is archived stands behind a line of its own, and what is pinned first", async () => {
  await list({}, { archivedUpTo: 1 }, { pinnedAt: "2026-01-01T00:00:00Z" });
  expect(names()).toEqual(["chat 2", "chat 0"]);
  const line = screen.getByRole("button", { name: /^Archived/ });
  expect(line.getAttribute("aria-expanded")).toBe("false");
  fireEvent.click(line);
  expect(within(screen.getByRole("list", { name: "Archived" })).getByText("chat 1")).toBeTruthy();
});

test("only what is unread or marked so is shown on demand", async () => {
  await list({}, { unreadFrom: 1 }, {});
  const filter = screen.getByRole("button", { name: "Only unread chats" });
  fireEvent.click(filter);
  expect(filter.getAttribute("aria-pressed")).toBe("true");
  expect(names().sort()).toEqual(["chat 0", "chat 1"]);
});

test("a wish is shown before a service has heard of it", async () => {
  const it = await list({}, {});
  await act(async () => void (await it.tab.outbox.set("chat 1", { archivedUpTo: 1 })));
  await act(async () => void (await new Promise((resolve) => setTimeout(resolve, 100))));
  expect(names()).toEqual(["chat 0"]);
});
