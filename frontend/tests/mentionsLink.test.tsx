import { act, cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { MentionsLink } from "@/features/chats/components/MentionsLink";
import { useChats } from "@/features/chats/hooks/useChats";
import { moveReadMark } from "@/features/participants";
import { ChatsDocument } from "@/gql/receiver/graphql";
import { CHAT, ChatModel, ME } from "./chatModel";
import { around, show } from "./page";

afterEach(cleanup);

function Link() {
  return <MentionsLink chats={useChats().chats} />;
}

/** What a service tells of a chat with many mentions: the first hundred above the mark. */
function told(model: ChatModel) {
  const { chats } = model.chats() as {
    chats: { edges: { node: { mentionNumbers: number[] }; participant: object }[] };
  };
  const [edge] = chats.edges;
  edge!.node.mentionNumbers = edge!.node.mentionNumbers.slice(0, 100);
  return { chats, edge: edge! };
}

test("of more mentions than a service tells at once, the next are asked for when some have been read", async () => {
  const model = new ChatModel();
  for (let number = 1; number <= 130; number += 1) model.add("ada", "@me");
  const it = around((operation) => {
    if (operation !== "ChatById") return { data: {} };
    const { node, participant } = told(model).edge;
    return { data: { chat: { ...node, participant } } };
  });
  Object.assign(it.signedIn, { inbox: { loaded: { get: () => "yes", subscribe: () => () => {} } } });
  it.client.writeQuery({ query: ChatsDocument, variables: { first: 50 }, data: told(model) as never });
  await show(<Link />, it);
  const badge = () => within(screen.getByRole("link", { name: /^Mentions/ })).getByRole("img");
  expect(badge().textContent).toBe("99+");
  expect(it.asked).toEqual([]);
  model.marks.set(ME, 60);
  await act(async () => moveReadMark(it.client.cache, CHAT, ME, 60));
  await expect.poll(() => badge().textContent).toBe("70");
  expect(it.asked.map(({ operation }) => operation)).toEqual(["ChatById"]);
});
