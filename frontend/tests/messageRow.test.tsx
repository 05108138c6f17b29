import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { MessageRow } from "@/features/messages/components/MessageRow";
import { ReplyFold } from "@/features/messages/components/ReplyFold";
import { ReplyLine } from "@/features/messages/components/ReplyLine";
import type { MessageActions } from "@/features/messages/model/messageActions";
import { asIntended } from "@/features/messages/model/rows";
import type { CachedMessageFragment } from "@/gql/receiver/graphql";
import { CHAT, ME } from "./chatModel";
import { around, show } from "./page";

afterEach(cleanup);

const sender = (id: string) => ({ __typename: "User", id, displayName: id === "ada" ? "Ada" : "Ben" });

function message(over: object = {}) {
  return {
    __typename: "Message",
    id: "m1",
    number: 7,
    senderId: "ada",
    senderUsername: "ada",
    sender: sender("ada"),
    content: "Is **anybody** here?",
    createdAt: "2026-01-01T12:00:00Z",
    editedAt: null,
    removedAt: null,
    replyTo: null,
    reactionGroups: [],
    mentions: [],
    mentionsAll: false,
    ...over,
  } as never;
}

async function row(over: object, props: Partial<Parameters<typeof MessageRow>[0]> = {}) {
  const actions = {
    reply: vi.fn(),
    edit: vi.fn(),
    remove: vi.fn(),
    details: vi.fn(),
    markUnread: undefined,
    pinning: { isPinned: (id: string) => id === "pinned", set: vi.fn() },
    jumpTo: vi.fn(),
    openThread: vi.fn(),
    react: vi.fn(),
    toggleReaction: vi.fn(),
    whoReacted: vi.fn(),
    revisions: vi.fn(),
  } satisfies MessageActions;
  await show(
    <MessageRow
      message={message(over)}
      first
      last
      own={false}
      direct={false}
      removable={false}
      highlighted={false}
      readOnly={false}
      reactable
      threadable
      progress={undefined}
      actions={actions}
      {...props}
    />,
    around(),
  );
  return { actions, article: screen.getByRole("article") };
}

test("a message of somebody in a group says who wrote it and when, and its text as it is meant", async () => {
  const { article } = await row({});
  expect(article.getAttribute("aria-label")).toMatch(/^Ada, .*2026/);
  expect(within(article).getAllByText("Ada").length).toBeGreaterThan(0);
  expect(within(article).getByText("anybody").tagName).toBe("STRONG");
  expect(article.querySelector("time")?.dateTime).toBe("2026-01-01T12:00:00Z");
});

test("an edited message leads to what it said before", async () => {
  const { article, actions } = await row({ editedAt: "2026-01-01T12:05:00Z" });
  fireEvent.click(within(article).getByRole("button", { name: "edited" }));
  expect(actions.revisions).toHaveBeenCalledWith("m1");
  cleanup();
  const untouched = await row({});
  expect(within(untouched.article).queryByRole("button", { name: "edited" })).toBeNull();
});

test("of someone who is gone the name of then is told", async () => {
  const { article } = await row({ sender: null, senderUsername: "ada_1815" });
  expect(within(article).getAllByText("ada_1815").length).toBeGreaterThan(0);
});

test("a removed message says so, shows nothing of what it said, and offers nothing", async () => {
  const { article } = await row({ content: null, removedAt: "2026-01-01T12:05:00Z", editedAt: "2026-01-01T12:01:00Z" });
  expect(within(article).getByText("Message removed")).toBeTruthy();
  expect(within(article).queryByRole("button")).toBeNull();
  expect(within(article).queryByText("edited")).toBeNull();
});

test("an own message tells how far it has come, leads to who has it, and says that it was edited", async () => {
  const { article, actions } = await row(
    { senderId: ME, editedAt: "2026-01-01T12:01:00Z" },
    { own: true, progress: "delivered" },
  );
  fireEvent.click(within(article).getByRole("img", { name: "Delivered" }));
  expect(actions.details).toHaveBeenCalledOnce();
  expect(within(article).getByText("edited")).toBeTruthy();
});

test("the quoted message leads to where it stands", async () => {
  const replyTo = {
    __typename: "Message",
    id: "m0",
    number: 3,
    revision: 1,
    senderId: "ben",
    senderUsername: "ben",
    sender: sender("ben"),
    content: "a question",
    removedAt: null,
  };
  const { actions } = await row({ replyTo });
  fireEvent.click(screen.getByRole("button", { name: /Go to the message of.*Ben.*a question/ }));
  expect(actions.jumpTo).toHaveBeenCalledWith("m0");
});

test("Enter opens the menu; editing is offered for the own message only, and removing to those who may", async () => {
  const { article, actions } = await row({ senderId: ME }, { own: true, removable: true });
  fireEvent.keyDown(article, { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: "Edit" }));
  expect(actions.edit).toHaveBeenCalledWith("m1");
  cleanup();
  const others = await row({});
  fireEvent.keyDown(others.article, { key: "Enter" });
  expect(await screen.findByRole("menuitem", { name: "Reply" })).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: "Edit" })).toBeNull();
  expect(screen.queryByRole("menuitem", { name: "Remove" })).toBeNull();
});

test("who only looks is offered nothing", async () => {
  const { article } = await row({}, { readOnly: true });
  fireEvent.keyDown(article, { key: "Enter" });
  expect(screen.queryByRole("menuitem")).toBeNull();
  expect(within(article).queryByRole("button")).toBeNull();
});

test("with the row focused, + opens the emoji to react with, and the menu begins with a few of them", async () => {
  const { article, actions } = await row({ reactionGroups: [{ emoji: "👍", count: 2, position: 1 }] });
  article.focus();
  fireEvent.keyDown(article, { key: "+" });
  const field = await screen.findByRole("searchbox", { name: "Search emoji" });
  await vi.waitFor(() => expect(document.activeElement).toBe(field));
  fireEvent.keyDown(field, { key: "Escape" });
  await vi.waitFor(() => expect(screen.queryByRole("searchbox")).toBeNull());
  expect(document.activeElement).toBe(article);
  fireEvent.keyDown(article, { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: /^React with ❤️/ }));
  expect(actions.react).toHaveBeenCalledWith("m1", "❤️");
  fireEvent.keyDown(article, { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: "Who reacted" }));
  expect(actions.whoReacted).toHaveBeenCalledWith("m1");
  fireEvent.keyDown(article, { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: "More emoji" }));
  expect(await screen.findByRole("searchbox", { name: "Search emoji" })).toBeTruthy();
});

test("where reactions are not allowed they are seen, and nothing offers one", async () => {
  const reactionGroups = [{ emoji: "👍", count: 2, position: 1 }];
  const { article } = await row({ reactionGroups }, { reactable: false });
  expect(within(article).getByRole("img", { name: /2 reactions/ })).toBeTruthy();
  expect(within(article).queryByRole("button", { name: "React" })).toBeNull();
  fireEvent.keyDown(article, { key: "+" });
  fireEvent.keyDown(article, { key: "Enter" });
  expect(await screen.findByRole("menuitem", { name: "Who reacted" })).toBeTruthy();
  expect(screen.queryByRole("menuitem", { name: /^React/ })).toBeNull();
  expect(screen.queryByRole("searchbox")).toBeNull();
});

test("a removed message shows no reactions, whatever is known of it", async () => {
  const reactionGroups = [{ emoji: "👍", count: 2, position: 1 }];
  const { article } = await row({ content: null, removedAt: "2026-01-01T12:05:00Z", reactionGroups });
  expect(within(article).queryByRole("list")).toBeNull();
});

const thread = (over: object = {}) =>
  ({
    __typename: "Thread",
    rootId: "m1",
    chatId: CHAT,
    replyCount: 12,
    lastReplyAt: "2026-01-01T12:30:00Z",
    lastUserIds: ["ben"],
    ...over,
  }) as never;

test("a message that starts a thread says how many replies there are, and leads to them", async () => {
  const { article, actions } = await row({}, { thread: thread() });
  fireEvent.click(within(article).getByRole("button", { name: /^12 replies/ }));
  expect(actions.openThread).toHaveBeenCalledWith("m1");
  cleanup();
  const gone = await row({ content: null, removedAt: "2026-01-01T12:05:00Z" }, { thread: thread({ replyCount: 1 }) });
  expect(within(gone.article).getByRole("button", { name: /^1 reply/ })).toBeTruthy();
});

test("T and the menu open the thread of a message; where threads are not allowed, only one that is there", async () => {
  const { article, actions } = await row({});
  article.focus();
  fireEvent.keyDown(article, { key: "t", ctrlKey: true });
  expect(actions.openThread).not.toHaveBeenCalled();
  fireEvent.keyDown(article, { key: "t" });
  fireEvent.keyDown(article, { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: "Reply in thread" }));
  expect(actions.openThread.mock.calls).toEqual([["m1"], ["m1"]]);
  cleanup();
  const without = await row({}, { threadable: false });
  fireEvent.keyDown(without.article, { key: "t" });
  expect(without.actions.openThread).not.toHaveBeenCalled();
  fireEvent.keyDown(without.article, { key: "Enter" });
  await screen.findByRole("menuitem", { name: "Reply" });
  expect(screen.queryByRole("menuitem", { name: "Reply in thread" })).toBeNull();
  cleanup();
  const started = await row({}, { threadable: false, thread: thread() });
  fireEvent.keyDown(started.article, { key: "t" });
  expect(started.actions.openThread).toHaveBeenCalledWith("m1");
});

test("in the chat a reply is one line, which leads to it in its thread", async () => {
  const openThread = vi.fn();
  const actions = { openThread } as unknown as MessageActions;
  const reply = message({ threadRootId: "m0", threadOrdinal: 3 });
  await show(<ReplyLine message={reply} own={false} highlighted={false} actions={actions} />, around());
  const article = screen.getByRole("article");
  expect(article.textContent).toMatch(/^Ada replied in a thread: Is anybody here\?/);
  article.focus();
  fireEvent.keyDown(article, { key: "Enter" });
  fireEvent.click(within(article).getByRole("button"));
  expect(openThread.mock.calls).toEqual([
    ["m0", "m1"],
    ["m0", "m1"],
  ]);
});

test("in the place of folded replies stands how many they are; Enter and a click show and hide them", async () => {
  const onToggle = vi.fn();
  const fold = { kind: "fold" as const, key: "fold m1", number: 7, replies: ["m1", "m2", "m3"], open: false };
  await show(<ReplyFold fold={fold} onToggle={onToggle} />, around());
  const article = screen.getByRole("article", { name: "3 replies in threads" });
  const button = within(article).getByRole("button", { name: "3 replies in threads", expanded: false });
  article.focus();
  fireEvent.keyDown(article, { key: "Enter" });
  fireEvent.click(button);
  expect(onToggle).toHaveBeenCalledTimes(2);
  cleanup();
  await show(<ReplyFold fold={{ ...fold, replies: ["m1"], open: true }} onToggle={onToggle} />, around());
  expect(screen.getByRole("button", { name: "1 reply in a thread", expanded: true })).toBeTruthy();
});

/** A message that mentions Ben, by the name he had then, and the reader. */
const mentioning = {
  content: "Come, @ben_1999 and @me_too, `@ben_1999`!",
  mentions: [
    { userId: "ben", start: 6, length: 9, user: { id: "ben", username: "ben", displayName: "Ben Okafor" } },
    { userId: ME, start: 20, length: 7, user: { id: ME, username: "me_too", displayName: "Me Myself" } },
  ],
};

test("those who are mentioned are named as they are called now, the reader apart, and the row says so to those who listen", async () => {
  const { article } = await row(mentioning);
  const ben = within(article).getByText("@Ben Okafor");
  const me = within(article).getByText("@Me Myself");
  expect([ben.dataset.me, me.dataset.me, ben.title]).toEqual([undefined, "true", "@ben"]);
  expect(article.getAttribute("aria-label")).toMatch(/^Ada, .*2026.*, mentions you$/);
  expect(within(article).getByText("@ben_1999").tagName).toBe("CODE");
  cleanup();
  const all = await row({ content: "Come, @all", mentionsAll: true });
  expect(all.article.getAttribute("aria-label")).toMatch(/, mentions you$/);
  cleanup();
  const own = await row({ ...mentioning, senderId: ME }, { own: true });
  expect(own.article.getAttribute("aria-label")).not.toMatch(/mentions you/);
  expect(within(own.article).getByText("@Ben Okafor")).toBeTruthy();
});

test("nothing but what a service has said names anybody: not a text, and not the places of another revision", async () => {
  const { article } = await row({ content: "hello @ben and @me" });
  expect(article.textContent).toContain("hello @ben and @me");
  expect(article.getAttribute("aria-label")).not.toMatch(/mentions you/);
  cleanup();
  const stale = await row({ ...mentioning, content: "Nobody is named in these words." });
  expect(stale.article.textContent).toContain("Nobody is named in these words.");
  cleanup();
  const gone = await row({ content: "@ben_1999", mentions: [{ userId: "ben", start: 0, length: 9, user: null }] });
  expect(gone.article.textContent).toContain("@ben_1999");
});

test("an edit that no service has taken names nobody yet", () => {
  const edit = { kind: "edit", id: "m1", chatId: CHAT, content: "x @ben_1999", place: 1 } as const;
  const intended = asIntended(message(mentioning) as CachedMessageFragment, [edit]) as unknown as typeof mentioning;
  expect([intended.content, intended.mentions]).toEqual(["x @ben_1999", []]);
});

test("in the line for a reply, too, they are called as they are now", async () => {
  const reply = message({ ...mentioning, threadRootId: "m0", threadOrdinal: 3 });
  await show(<ReplyLine message={reply} own={false} highlighted={false} actions={{} as MessageActions} />, around());
  const article = screen.getByRole("article", { name: /, mentions you$/ });
  expect(article.textContent).toContain("Come, @Ben Okafor and @Me Myself");
});
