import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { MyMessagesPage } from "@/features/chats/components/MyMessagesPage";
import { around, show } from "./page";

afterEach(cleanup);

const edge = (id: string, chat: string | undefined) => ({
  __typename: "OwnMessageEdge",
  cursor: id,
  node: {
    __typename: "OwnMessage",
    id,
    chatId: chat ?? "left",
    threadRootId: null,
    content: `text of ${id}`,
    createdAt: "2026-01-01T12:00:00Z",
    editedAt: null,
    chat: chat ? { __typename: "Chat", id: chat } : null,
  },
});

const page = (edges: object[], next?: { endCursor: string; searchedBackTo: string; complete: boolean }) => ({
  data: {
    myMessages: {
      __typename: "OwnMessageConnection",
      edges,
      pageInfo: { __typename: "PageInfo", hasNextPage: next !== undefined, endCursor: next?.endCursor ?? null },
      complete: next?.complete ?? true,
      searchedBackTo: next?.searchedBackTo ?? null,
    },
  },
});

test("own messages lead to their place, and those of a chat that was left lead nowhere", async () => {
  const answer = page([edge("m2", "c1"), edge("m1", undefined)]);
  await show(
    <MyMessagesPage />,
    around((operation) => (operation === "MyMessages" ? answer : { data: {} })),
  );
  await expect.poll(() => screen.queryAllByRole("listitem").length).toBe(2);
  const link = screen.getByRole("link", { name: /text of m2/ });
  expect(link.getAttribute("href")).toBe("/chats/c1?at=m2");
  expect(screen.queryByRole("link", { name: /text of m1/ })).toBeNull();
  expect(screen.getByText("A chat that you left")).toBeTruthy();
});

test("a list that was cut short says how far it looked, and goes on there", async () => {
  const next = { endCursor: "far", searchedBackTo: "2026-01-01T10:00:00Z", complete: false };
  const it = around((operation, { after }) => {
    if (operation !== "MyMessages") return { data: {} };
    return after ? page([edge("m1", "c1")]) : page([], next);
  });
  await show(<MyMessagesPage />, it);
  const goOn = await screen.findByRole("button", { name: /^Searched back to/ });
  expect(screen.queryByText("You have not written anything yet")).toBeNull();
  fireEvent.click(goOn);
  await expect.poll(() => screen.queryAllByRole("listitem").length).toBe(1);
  expect(screen.queryByRole("button", { name: /^Searched back to/ })).toBeNull();
  expect(
    it.asked.filter(({ operation }) => operation === "MyMessages").map(({ variables }) => variables.after),
  ).toEqual([null, "far"]);
});

test("whoever has written nothing is told so", async () => {
  await show(
    <MyMessagesPage />,
    around((operation) => (operation === "MyMessages" ? page([]) : { data: {} })),
  );
  await expect.poll(() => screen.queryByText("You have not written anything yet")).not.toBeNull();
});
