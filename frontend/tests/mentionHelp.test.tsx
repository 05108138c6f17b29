import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Composer } from "@/features/messages/components/Composer";
import type { ComposerMode } from "@/features/messages/hooks/useComposer";
import { CHAT, ME } from "./chatModel";
import { around, show } from "./page";

beforeEach(() => vi.useFakeTimers({ shouldAdvanceTime: true }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const PEOPLE = [
  ["ada", "ada_l", "Ada Lovelace"],
  ["adam", "adam", "Adam Smith"],
  ["ben", "ben", "Ben Okafor"],
  [ME, "adele", "Adele Me"],
].map(([id = "", username = "", displayName = ""]) => ({ __typename: "User", id, username, displayName }));

/** The field of a chat in which those people take part. */
async function field(over: { people?: number; leads?: boolean; mode?: ComposerMode } = {}) {
  const it = around((operation) => {
    if (operation !== "MentionCandidates") return { data: {} };
    const { query } = it.asked.at(-1)!.variables as { query: string };
    const begins = ({ username, displayName }: (typeof PEOPLE)[number]) =>
      [username, ...displayName.toLowerCase().split(" ")].some((word) => word.startsWith(query.toLowerCase()));
    const edges = PEOPLE.filter(begins).map((user) => ({
      __typename: "ParticipantEdge",
      node: { __typename: "Participant", userId: user.id, user },
    }));
    const pageInfo = { __typename: "PageInfo", hasNextPage: false };
    const participants = { __typename: "ParticipantConnection", edges, pageInfo };
    return { data: { chat: { __typename: "Chat", id: CHAT, participants } } };
  });
  const { people = 4, leads = false, mode = { kind: "write" } } = over;
  const onSent = vi.fn();
  function Field() {
    const [now, setMode] = useState<ComposerMode>(mode);
    const stay = () => {};
    const props = { chatId: CHAT, title: "choir", people, leads, mode: now, onMode: setMode, onEditLast: stay, onSent };
    return <Composer {...props} />;
  }
  await show(<Field />, it);
  const area = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  const write = async (text: string, caret = text.length) => {
    await act(async () => {
      fireEvent.focus(area);
      fireEvent.change(area, { target: { value: text } });
      area.setSelectionRange(caret, caret);
      fireEvent.select(area);
    });
    await act(async () => vi.advanceTimersByTimeAsync(700));
  };
  const press = (key: string, init = {}) => act(async () => void fireEvent.keyDown(area, { key, ...init }));
  const options = () => screen.queryAllByRole("option").map((option) => option.textContent);
  const chosen = () => screen.queryByRole("option", { selected: true })?.textContent;
  const queries = () =>
    it.asked.filter(({ operation }) => operation === "MentionCandidates").map(({ variables }) => variables.query);
  return { ...it, area, write, press, options, chosen, queries, onSent };
}

// happy-dom has no such commands; where a browser refuses one, the text is changed by hand.
Object.defineProperty(document, "execCommand", { value: () => false, configurable: true });

// The first @ fetches it; on a busy machine that takes a moment.
await import("@/features/mentions/components/MentionHelp");
await import("@/features/mentions/components/ConfirmEveryone");

test("an @ offers who takes part, but for the writer; arrows choose, and Enter takes the name and sends nothing", async () => {
  const { area, write, press, options, chosen, onSent } = await field();
  await write("hello @ad");
  expect(options()).toEqual(["Ada Lovelace@ada_l", "Adam Smith@adam"]);
  const list = screen.getByRole("listbox", { name: "Participants to mention" });
  expect(area.getAttribute("aria-controls")).toBe(list.id);
  const active = () => document.getElementById(area.getAttribute("aria-activedescendant") ?? "")?.textContent;
  expect([chosen(), active()]).toEqual([options()[0], options()[0]]);
  await press("ArrowDown");
  expect([chosen(), active()]).toEqual([options()[1], options()[1]]);
  await press("ArrowDown");
  expect(chosen(), "from the end to the beginning").toBe(options()[0]);
  await press("ArrowUp");
  await press("Enter");
  expect(area.value).toBe("hello @adam ");
  expect(onSent).not.toHaveBeenCalled();
  expect(options()).toEqual([]);
  expect(area.getAttribute("aria-activedescendant")).toBeNull();
  await press("Enter");
  expect(onSent).toHaveBeenCalledOnce();
});

test("Tab takes a name too, in the middle of a text and without a second space", async () => {
  const { area, write, press } = await field();
  await write("hello @be there", 9);
  await press("Tab");
  expect(area.value).toBe("hello @ben there");
});

test("a finger takes a name, and the field keeps the focus", async () => {
  const { area, write } = await field();
  await write("@be");
  const option = screen.getByRole("option", { name: /Ben/ });
  expect(fireEvent.mouseDown(option), "the focus stays where it is").toBe(false);
  await act(async () => void fireEvent.click(option));
  expect(area.value).toBe("@ben ");
});

test("Escape closes the list for this name, and for no other", async () => {
  const { write, press, options } = await field();
  await write("@ad");
  await press("Escape");
  expect(options()).toEqual([]);
  await write("@ada");
  expect(options()).toEqual([]);
  await write("@ada, @be");
  expect(options()).toEqual(["Ben Okafor@ben"]);
});

test("keys that belong to an input method take no name", async () => {
  const { area, write, press } = await field();
  await write("@ad");
  for (const key of ["Enter", "Tab", "ArrowDown"]) await press(key, { isComposing: true });
  await press("Enter", { keyCode: 229 });
  expect(area.value).toBe("@ad");
});

test("it is asked once typing pauses, and an answer that comes after the next question is dropped", async () => {
  const { write, queries, options, area } = await field();
  await write("@");
  await act(async () => {
    for (const text of ["@a", "@ad", "@ada"]) {
      fireEvent.change(area, { target: { value: text } });
      area.setSelectionRange(text.length, text.length);
      fireEvent.select(area);
    }
  });
  await act(async () => vi.advanceTimersByTimeAsync(300));
  expect(queries()).toEqual(["", "ada"]);
  expect(options()).toEqual(["Ada Lovelace@ada_l", "Adam Smith@adam"]);
});

test("names that nobody here has are told to stay text, once they are written; others are not", async () => {
  const { write } = await field();
  const told = () => screen.getAllByRole("status").map((status) => status.textContent);
  await write("@ben and @zoe");
  expect(told().join(), "still being written").not.toContain("zoe");
  await write("@ben and @zoe, `@code`");
  expect(told()).toContain("@zoe stays text: nobody in this chat has that username.");
  await write("@zoe and @yan here");
  expect(told()).toContain("@zoe, @yan stay text: nobody in this chat has these usernames.");
});

test("everyone is offered to those who may: to all in a small chat, to those who lead in a large one", async () => {
  for (const [over, offered] of [
    [{ people: 4 }, true],
    [{ people: 51 }, false],
    [{ people: 51, leads: true }, true],
    [{ people: 0 }, false],
  ] as const) {
    const { write, options } = await field(over);
    await write("@al");
    expect(options().some((option) => option?.includes("Everyone in this chat"))).toBe(offered);
    cleanup();
  }
});

test("who may not mention everyone is told so before", async () => {
  const { write } = await field({ people: 51 });
  await write("@all come ");
  const told = screen.getAllByRole("status").map((status) => status.textContent);
  expect(told).toContain("In a chat with more than 50 participants, only an owner or an admin may mention everyone.");
});

test("before very many are called, their number is asked about", async () => {
  const { write, press, onSent, tab } = await field({ people: 9_812, leads: true });
  await write("hello @all of you");
  await press("Enter");
  const dialog = await screen.findByRole("dialog", { name: "Notify 9,812 participants?" });
  expect(onSent).not.toHaveBeenCalled();
  await act(async () => void fireEvent.click(within(dialog).getByRole("button", { name: "Cancel" })));
  expect(onSent).not.toHaveBeenCalled();
  await press("Enter");
  const again = await screen.findByRole("dialog", { name: "Notify 9,812 participants?" });
  await act(async () => void fireEvent.click(within(again).getByRole("button", { name: "Notify everyone" })));
  await expect.poll(() => tab.asked).toEqual(["hello @all of you"]);
  cleanup();
  const small = await field({ people: 50 });
  await small.write("hello @all of you");
  await small.press("Enter");
  expect(small.onSent).toHaveBeenCalledOnce();
});

test("in an edit, names mean whom they meant before: nothing is said of them, and everyone is not asked about again", async () => {
  const message = {
    id: "m1",
    chatId: CHAT,
    content: "hello @ada_old and @all",
    senderUsername: "me",
    sender: null,
    mentionsAll: true,
    mentions: [{ userId: "ada", start: 6, length: 8, user: PEOPLE[0] }],
  };
  const mode = { kind: "edit", message: message as never } as const;
  const { area, write, press, tab, queries } = await field({ mode, people: 9_812, leads: true });
  expect(area.value).toBe("hello @ada_old and @all");
  await write("hello @ada_old, @ben and @all");
  expect(queries().filter((query) => query !== "all")).toEqual(["ben"]);
  await press("Escape");
  await press("Enter");
  await expect.poll(() => tab.asked).toEqual(["hello @ada_old, @ben and @all"]);
});
