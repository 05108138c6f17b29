import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
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
