import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { LoadedMessages } from "@/features/messages/hooks/useMessages";
import { useMessages } from "@/features/messages/hooks/useMessages";
import { CHAT, ChatModel } from "./chatModel";
import { around, show } from "./page";

afterEach(cleanup);

function Conversation({ count }: { count: number }) {
  const { messages } = useMessages(CHAT, count);
  return messages.map(({ id, content }) => <p key={id}>{content}</p>);
}

test("a first page that was answered before the first message, and came after it, leaves no gap", async () => {
  const server = new ChatModel();
  const it = around((operation) => {
    const data = structuredClone(server.newest(50));
    // Read before anything was there; what is said meanwhile finds no list to stand in.
    if (operation === "Messages" && server.messages.length === 0) server.add("ada", "the very first message");
    return { data };
  });
  await show(<Conversation count={1} />, it);
  expect(await screen.findByText("the very first message")).toBeTruthy();
  expect(it.asked.filter(({ operation }) => operation === "Messages")).toHaveLength(2);
});

/** Shows a chat of which all but one message are replies, and reads up to its beginning. */
async function readUp(foldReplies: boolean): Promise<number> {
  const server = new ChatModel();
  server.add("ada", "a question");
  for (let number = 2; number <= 420; number += 1) server.add("ben", `reply ${number}`, 1);
  const pages = () => {
    const { before, last } = it.asked.at(-1)!.variables as { before?: string; last: number };
    const end = before ? Number(before.split(" ").at(-1)) - 1 : server.messages.length;
    const { messages: all } = server.newest(server.messages.length) as { messages: { edges: unknown[] } };
    return { data: structuredClone({ messages: { ...all, edges: all.edges.slice(Math.max(0, end - last), end) } }) };
  };
  const it = around((operation) => (operation === "Messages" ? pages() : { data: {} }));
  it.signedIn.preferences.change({ foldReplies });
  let conversation!: LoadedMessages;
  const Reader = () => {
    conversation = useMessages(CHAT, server.messages.length);
    return null;
  };
  await show(<Reader />, it);
  for (let page = 1; conversation.hasOlder && page < 12; page += 1) await act(async () => conversation.loadOlder());
  return conversation.messages.length;
}

test("replies that are folded away are not let go for being many: nobody has scrolled past them", async () => {
  expect(await readUp(true)).toBe(420);
  expect(await readUp(false)).toBeLessThan(420);
});
