import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import RevisionsDialog from "@/features/messages/components/RevisionsDialog";
import { around, show } from "./page";

afterEach(cleanup);

const revision = (number: number) => ({
  __typename: "MessageRevisionEdge",
  node: {
    __typename: "MessageRevision",
    revision: number,
    content: `text ${number} **as it is**`,
    createdAt: `2026-01-01T12:0${number}:00Z`,
  },
});

/** A page of these revisions. */
const page = (numbers: number[], endCursor?: string) => ({
  data: {
    messageRevisions: {
      __typename: "MessageRevisionConnection",
      edges: numbers.map(revision),
      pageInfo: { __typename: "PageInfo", hasNextPage: endCursor !== undefined, endCursor: endCursor ?? null },
    },
  },
});

const message = { messageId: "m1", chatId: "c1", revision: 4 };
const texts = () => screen.getAllByRole("listitem").map((item) => item.lastElementChild?.textContent);

test("the dialog shows what the message says and said, newest first, page by page", async () => {
  const it = around((_, { after }) => (after ? page([2, 1]) : page([4, 3], "3")));
  await show(<RevisionsDialog {...message} onClose={() => {}} />, it);
  await expect.poll(() => screen.queryAllByRole("listitem").length).toBe(2);
  expect(texts()).toEqual(["text 4 **as it is**", "text 3 **as it is**"]);
  fireEvent.click(screen.getByRole("button", { name: "Show more" }));
  await expect.poll(() => screen.queryAllByRole("listitem").length).toBe(4);
  expect(screen.getByText("now").closest("li")?.textContent).toContain("text 4");
  expect(screen.queryByText("Earlier edits were not kept.")).toBeNull();
  expect(it.asked.map(({ variables }) => variables.after)).toEqual([null, "3"]);
});

test("where earlier texts were not kept, it says so", async () => {
  await show(
    <RevisionsDialog {...message} onClose={() => {}} />,
    around(() => page([4, 3])),
  );
  await expect.poll(() => screen.queryByText("Earlier edits were not kept.")).not.toBeNull();
});

test("what could not be read can be tried again", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  let up = false;
  const it = around(() => (up ? page([1]) : { errors: [{ message: "down" }] }));
  await show(<RevisionsDialog {...message} onClose={() => {}} />, it);
  await expect.poll(() => screen.queryByText("The edits could not be loaded.")).not.toBeNull();
  up = true;
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await expect.poll(() => screen.queryAllByRole("listitem").length).toBe(1);
  expect(screen.queryByText("The edits could not be loaded.")).toBeNull();
});
