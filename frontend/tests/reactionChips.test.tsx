import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useReact } from "@/features/messages/hooks/useReact";
import { useRefusedReactions } from "@/features/messages/hooks/useRefusedReactions";
import { ReactionChips } from "@/features/reactions";
import ReactionsDialog from "@/features/reactions/components/ReactionsDialog";
import { writeOwn } from "@/features/reactions/model/ownReactions";
import { speak } from "@/strings";
import { status } from "@/ui/status";
import { CHAT, ME } from "./chatModel";
import { around, show } from "./page";

beforeEach(() => localStorage.clear());
afterEach(async () => {
  cleanup();
  vi.restoreAllMocks();
  await speak("en");
});

const group = (emoji: string, count: number, position: number) => ({ emoji, count, position });

async function chips(props: Partial<Parameters<typeof ReactionChips>[0]> = {}, groups = [group("👍", 3, 1)]) {
  const heard = { onToggle: vi.fn(), onPick: vi.fn(), onAsk: vi.fn() };
  const message = { reactionGroups: groups } as never;
  await show(<ReactionChips message={message} own={[]} wishes={[]} reactable {...heard} {...props} />, around());
  return heard;
}

test("a chip says what it is called, how many there are, and whether one of them is the reader's", async () => {
  const own = [{ emoji: "👍", variant: "👍🏽" }];
  const heard = await chips({ own }, [group("🎉", 1_200, 2), group("👍", 3, 1)]);
  const [first, second] = screen.getAllByRole("button");
  await vi.waitFor(() =>
    expect(first?.getAttribute("aria-label")).toBe("👍🏽 thumbs up, 3 reactions, including yours"),
  );
  expect(first?.getAttribute("aria-pressed")).toBe("true");
  expect(second?.getAttribute("aria-label")).toBe("🎉 party popper, 1,200 reactions");
  expect(second?.textContent).toBe("🎉1,200");
  expect(second?.getAttribute("aria-pressed")).toBe("false");
  fireEvent.click(first!);
  expect(heard.onToggle).toHaveBeenCalledWith("👍");
  fireEvent.contextMenu(second!);
  expect(heard.onAsk).toHaveBeenCalledWith("🎉");
});

test("in another language a chip is called as people call it there", async () => {
  await speak("de");
  await chips();
  await vi.waitFor(() => expect(screen.getByRole("button", { name: "👍 Daumen hoch, 3 Reaktionen" })).toBeTruthy());
  cleanup();
  await speak("ar");
  await chips();
  await vi.waitFor(() =>
    expect(screen.getAllByRole("button")[0]?.getAttribute("aria-label")).toMatch(/[\u0600-\u06ff].*3/),
  );
});

test("where reactions are not allowed one sees them and can press nothing", async () => {
  await chips({ reactable: false, own: [{ emoji: "👍", variant: "👍" }] });
  expect(screen.queryByRole("button")).toBeNull();
  expect(screen.getByRole("img", { name: /3 reactions, including yours/ })).toBeTruthy();
});

test("without reactions there is nothing", async () => {
  await chips({}, []);
  expect(screen.queryByRole("list")).toBeNull();
});

test("the last chip leads to all emoji; what is found by name is chosen with Enter, in the chosen tone", async () => {
  const heard = await chips();
  fireEvent.click(screen.getByRole("button", { name: "React" }));
  const field = await screen.findByRole("searchbox", { name: "Search emoji" });
  await vi.waitFor(() => expect(screen.getByRole("region", { name: "Flags" })).toBeTruthy(), { timeout: 5_000 });
  fireEvent.click(screen.getByRole("radio", { name: "Medium" }));
  fireEvent.change(field, { target: { value: "waving hand" } });
  await vi.waitFor(() => expect(screen.getByRole("region", { name: "Results" })).toBeTruthy());
  expect(within(screen.getByRole("region", { name: "Results" })).getAllByRole("button")[0]?.textContent).toBe("👋🏽");
  fireEvent.keyDown(field, { key: "ArrowDown" });
  expect(document.activeElement?.getAttribute("aria-label")).toBe("waving hand");
  fireEvent.keyDown(document.activeElement!, { key: "x" });
  expect(document.activeElement).toBe(field);
  fireEvent.keyDown(field, { key: "Enter" });
  expect(heard.onPick).toHaveBeenCalledWith("👋🏽");
  expect(screen.queryByRole("searchbox")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("button", { name: "React" }));
});

/** Buttons that react to one message. */
function Reacting() {
  const { react, toggle } = useReact(CHAT);
  useRefusedReactions();
  return (
    <>
      <button type="button" onClick={() => toggle("m", "👍")}>
        toggle
      </button>
      <button type="button" onClick={() => react("m", "👍🏿")}>
        dark
      </button>
    </>
  );
}

test("a chip is joined in the own tone and left in whatever tone; another tone replaces, the same takes back", async () => {
  const it = around(undefined, () => new Promise(() => {}));
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  it.signedIn.preferences.change({ skinTone: 2 });
  writeOwn(it.client.cache, { chatId: CHAT, from: 1, to: 9 }, []);
  await show(<Reacting />, it);
  const press = (name: string) => act(async () => void fireEvent.click(screen.getByRole("button", { name })));
  const wished = () => it.tab.outbox.entries.get().map((one) => ("variant" in one ? [one.variant, one.added] : []));
  await press("toggle");
  expect(wished()).toEqual([["👍🏼", true]]);
  await press("dark");
  expect(wished()).toEqual([["👍🏿", true]]);
  await press("dark");
  expect(wished()).toEqual([]);
  writeOwn(it.client.cache, { chatId: CHAT, from: 1, to: 9 }, [{ messageId: "m", emoji: "👍", variant: "👍🏿" }]);
  await press("toggle");
  expect(wished()).toEqual([["👍🏿", false]]);
  await press("toggle");
  // Joined again, in the tone of now.
  expect(wished()).toEqual([["👍🏼", true]]);
});

test("what a service will not have is dropped, says why, and is not asked for again", async () => {
  const extensions = { code: "CONFLICT", reason: "TOO_MANY_REACTIONS", arguments: { max: 20 } };
  const it = around(undefined, async () => {
    throw new CombinedGraphQLErrors({ errors: [{ message: "too many", extensions }] });
  });
  await show(<Reacting />, it);
  await act(async () => void fireEvent.click(screen.getByRole("button", { name: "dark" })));
  await vi.waitFor(() => expect(status.get()?.text).toMatch(/👍🏿 was not saved.*at most 20/));
  expect(it.tab.outbox.entries.get()).toEqual([]);
  expect(it.tab.asked).toEqual(["+👍🏿"]);
});

test("who reacted is told by emoji, each in their tone, fifty at a time", async () => {
  const person = (number: number, variant = "👍") => ({
    __typename: "ReactionEdge",
    node: {
      __typename: "Reaction",
      userId: number === 1 ? ME : `user ${number}`,
      variant,
      user: { __typename: "User", id: `user ${number}`, displayName: `Person ${number}` },
    },
  });
  const answers = [
    { people: [person(1, "👍🏽"), person(2)], hasNextPage: true },
    { people: [person(3)], hasNextPage: false },
  ];
  let asked = 0;
  const it = around(() => {
    const { people, hasNextPage } = answers[asked]!;
    asked += 1;
    const pageInfo = { __typename: "PageInfo", hasNextPage, endCursor: "7" };
    const reactions = { __typename: "ReactionConnection", edges: people, pageInfo };
    const none = { ...reactions, edges: [person(4, "🎉")], pageInfo: { ...pageInfo, hasNextPage: false } };
    const reactionGroups = [
      { __typename: "ReactionGroup", ...group("👍", 3, 1), reactions },
      { __typename: "ReactionGroup", ...group("🎉", 1, 2), reactions: none },
    ];
    return { data: { message: { __typename: "Message", id: "m", reactionGroups } } };
  });
  const onClose = vi.fn();
  await show(<ReactionsDialog chatId={CHAT} messageId="m" counts="" emoji="👍" onClose={onClose} />, it);
  const people = () => screen.getAllByRole("listitem").map((item) => item.textContent);
  await vi.waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(2));
  expect(people()[0]).toMatch(/Person 1 \(You\)👍🏽$/);
  fireEvent.click(screen.getByRole("button", { name: "Show more" }));
  await vi.waitFor(() => expect(people()[2]).toMatch(/Person 3👍$/));
  expect(it.asked.map(({ variables }) => variables.after)).toEqual([undefined, "7"]);
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: /🎉.*1 reaction/ }));
  await vi.waitFor(() => expect(people()).toHaveLength(1));
  expect(people()[0]).toMatch(/Person 4🎉$/);
});
