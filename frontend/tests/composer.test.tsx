import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { Composer } from "@/features/messages/components/Composer";
import type { ComposerMode } from "@/features/messages/hooks/useComposer";
import type { UnsentEdit, UnsentMessage } from "@/features/messages/model/outboxEntry";
import { CHAT } from "./chatModel";
import { around, show } from "./page";

afterEach(cleanup);

const WRITE: ComposerMode = { kind: "write" };

async function composer(mode: ComposerMode = WRITE, deliver?: () => Promise<void>) {
  const it = around(undefined, deliver);
  const [onEditLast, onSent] = [vi.fn(), vi.fn()];
  function Field() {
    const [now, setMode] = useState(mode);
    return <Composer chatId={CHAT} title="Ada" mode={now} onMode={setMode} onEditLast={onEditLast} onSent={onSent} />;
  }
  await show(<Field />, it);
  const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  const write = (text: string) => fireEvent.change(field, { target: { value: text } });
  const press = (key: string, over = {}) => act(async () => void fireEvent.keyDown(field, { key, ...over }));
  const sent = () => it.tab.outbox.entries.get() as (UnsentMessage | UnsentEdit)[];
  return { ...it, field, write, press, sent, onEditLast, onSent };
}

const about = (over: object = {}) =>
  ({
    id: "m1",
    chatId: CHAT,
    content: "what was said",
    senderUsername: "ada",
    sender: { id: "ada", displayName: "Ada" },
    mentions: [],
    mentionsAll: false,
    ...over,
  }) as never;

test("Enter sends what is written, without the space around it, and empties the field", async () => {
  const { field, write, press, tab, onSent } = await composer();
  write("  hello  ");
  await press("Enter");
  await expect.poll(() => tab.asked).toEqual(["hello"]);
  expect(field.value).toBe("");
  expect(onSent).toHaveBeenCalledOnce();
});

test("an Enter that begins a line or ends a composition sends nothing, and nor does an empty field", async () => {
  const { write, press, tab, onSent } = await composer();
  await press("Enter");
  write("hello");
  await press("Enter", { shiftKey: true });
  await press("Enter", { isComposing: true });
  expect(onSent).not.toHaveBeenCalled();
  expect(tab.asked).toEqual([]);
});

test("a text over the limit cannot be sent, and says by how much", async () => {
  const { write, press, onSent } = await composer();
  write("x".repeat(5_001));
  expect(screen.getByRole("status").textContent).toBe("1 character too many");
  expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
  await press("Enter");
  expect(onSent).not.toHaveBeenCalled();
});

test("a reply names whom it answers, and goes out with what it answers", async () => {
  const { write, press, sent } = await composer({ kind: "reply", message: about() }, () => new Promise(() => {}));
  expect(screen.getByText("Replying to Ada")).toBeTruthy();
  expect(screen.getByText("what was said")).toBeTruthy();
  write("an answer");
  await press("Enter");
  await expect.poll(() => sent().map((entry) => "replyToId" in entry && entry.replyToId)).toEqual(["m1"]);
  expect(screen.queryByText("Replying to Ada")).toBeNull();
});

test("editing begins with the text as it is, and Escape leaves it without a change", async () => {
  const { field, press, tab } = await composer({ kind: "edit", message: about() });
  expect(field.value).toBe("what was said");
  await press("Escape");
  expect(screen.queryByText("Editing your message")).toBeNull();
  expect(field.value).toBe("");
  expect(tab.asked).toEqual([]);
});

test("arrow-up in an empty field edits the last message, and in any other moves the caret", async () => {
  const { write, press, onEditLast } = await composer();
  await press("ArrowUp");
  expect(onEditLast).toHaveBeenCalledOnce();
  write("hello");
  await press("ArrowUp");
  expect(onEditLast).toHaveBeenCalledOnce();
});

test("in a thread one writes to the thread, and what is begun there stays there", async () => {
  const it = around(undefined, () => new Promise(() => {}));
  const props = { chatId: CHAT, title: "Ada", mode: WRITE, onMode: vi.fn(), onEditLast: vi.fn(), onSent: vi.fn() };
  await show(<Composer {...props} rootId="m1" />, it);
  const field = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Reply in the thread" });
  fireEvent.change(field, { target: { value: "an answer" } });
  expect([it.signedIn.drafts.get(CHAT), it.signedIn.drafts.get(`${CHAT}/m1`)]).toEqual([undefined, "an answer"]);
  await act(async () => void fireEvent.keyDown(field, { key: "Enter" }));
  await expect.poll(() => it.tab.outbox.of("message", CHAT).map((entry) => entry.threadRootId)).toEqual(["m1"]);
  expect(it.signedIn.drafts.get(`${CHAT}/m1`)).toBeUndefined();
});

test("what is written is told as typing, and sending as the end of it", async () => {
  const { write, press, asked } = await composer();
  write("he");
  write("hello");
  await press("Enter");
  const told = asked.filter(({ operation }) => operation === "SetTyping").map(({ variables }) => variables.input);
  expect(told).toEqual([
    { chatId: CHAT, typing: true },
    { chatId: CHAT, typing: false },
  ]);
});
