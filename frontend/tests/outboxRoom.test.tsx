import "fake-indexeddb/auto";
import { renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test } from "vitest";
import { useEditMessage } from "@/features/messages/hooks/useEditMessage";
import { useSendMessage } from "@/features/messages/hooks/useSendMessage";
import { MAX_UNSENT } from "@/features/messages/model/outbox";
import type { ComposerMessageFragment } from "@/gql/receiver/graphql";
import { SignedInContext, type SignedInServices } from "@/session/services";
import { t } from "@/strings";
import { status } from "@/ui/status";
import { browser } from "./browser";

test("what waits to be sent is bounded in number, and what finds no room stays with its author, who is told", {
  timeout: 60_000,
}, async () => {
  const { outbox } = browser().tab({ answer: () => new Promise(() => {}) });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <SignedInContext value={{ outbox } as unknown as SignedInServices}>{children}</SignedInContext>
  );
  const { result: send } = renderHook(() => useSendMessage("chat"), { wrapper });
  const { result: edit } = renderHook(() => useEditMessage(), { wrapper });
  const message = { id: "1", chatId: "chat", content: "before" } as ComposerMessageFragment;
  expect(edit.current(message, "after")).toBe(true);
  for (let count = 2; count <= MAX_UNSENT; count += 1) expect(send.current(`${count}`, null)).toBe(true);
  expect(status.get()).toBeUndefined();

  expect(send.current("one too many", null)).toBe(false);
  expect(edit.current({ ...message, id: "2" }, "after")).toBe(false);
  expect(status.get()?.text).toBe(t.messages.tooMuchUnsent);
  expect(outbox.entries.get()).toHaveLength(MAX_UNSENT);
  // What takes the place of an earlier one needs no room.
  expect(edit.current(message, "after all")).toBe(true);
  outbox.discard(outbox.entries.get().at(-1)!);
  expect(send.current("the last", null)).toBe(true);
  expect(outbox.entries.get()).toHaveLength(MAX_UNSENT);
});
