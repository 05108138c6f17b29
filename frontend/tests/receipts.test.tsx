import { ApolloClient, ApolloLink } from "@apollo/client";
import { ApolloProvider } from "@apollo/client/react";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { of, throwError } from "rxjs";
import { afterEach, expect, test, vi } from "vitest";
import { Store } from "@/api/store";
import { makeCache } from "@/app/cache";
import { progressOf, type Receipt, useReceipts } from "@/features/receipts";
import { putReceipt } from "@/features/receipts/cache";
import { DeliveredMarks } from "@/features/receipts/model/deliveredMarks";
import { OwnMarkFragmentDoc } from "@/gql/receiver/graphql";
import { SignedInContext, type SignedInServices } from "@/session/services";
import { CHAT, ME } from "./chatModel";

afterEach(() => vi.useRealTimers());

const receipt = (joinedNumber: number, deliveredNumber: number, readNumber: number | null): Receipt => ({
  joinedNumber,
  deliveredNumber,
  readNumber,
});

test("a message is delivered when all others have it, not when one has", () => {
  expect(progressOf(3, [])).toBe("sent");
  expect(progressOf(3, [receipt(0, 3, 0), receipt(0, 2, 0)])).toBe("sent");
  expect(progressOf(3, [receipt(0, 3, 3), receipt(0, 4, 2)])).toBe("delivered");
  expect(progressOf(3, [receipt(0, 3, 3), receipt(0, 4, 4)])).toBe("read");
});

test("whoever joined after a message does not count, and whoever hides what they have read keeps it delivered", () => {
  expect(progressOf(3, [receipt(0, 3, 3), receipt(3, 3, 3)])).toBe("read");
  expect(progressOf(3, [receipt(3, 3, 3)])).toBe("sent");
  expect(progressOf(3, [receipt(0, 3, 3), receipt(0, 9, null)])).toBe("delivered");
});

/** A client of someone who has read so far in these chats. Its mutations are noted, and fail while it is cut off. */
function sender(read: Record<string, number>) {
  const state = { online: true };
  const calls: Record<string, number>[] = [];
  const link = new ApolloLink(({ variables }) => {
    if (!state.online) return throwError(() => new TypeError("Failed to fetch"));
    const { marks } = variables.input as { marks: { chatId: string; upToNumber: number }[] };
    calls.push(Object.fromEntries(marks.map(({ chatId, upToNumber }) => [chatId, upToNumber])));
    return of({ data: { markManyAsDelivered: { __typename: "MarkManyAsDeliveredPayload", marks: [] } } });
  });
  const client = new ApolloClient({ cache: makeCache(), link });
  for (const [chatId, lastReadNumber] of Object.entries(read)) {
    const data = { __typename: "Participant", chatId, userId: ME, lastReadNumber } as never;
    const id = client.cache.identify(data)!;
    client.cache.writeFragment({ id, fragment: OwnMarkFragmentDoc, fragmentName: "OwnMark", data });
  }
  const marks = new DeliveredMarks(client, ME);
  const stored = (id: string, number: number, participantCount = 2) =>
    marks.stored({ id, participantCount, maxReceiptParticipants: 50 }, number);
  return { state, calls, client, stored };
}

test("what is stored of all chats is told in one call a second, and once", async () => {
  vi.useFakeTimers();
  const { calls, stored } = sender({ one: 0, other: 0, large: 0 });
  for (let number = 1; number <= 5; number += 1) stored("one", number);
  stored("other", 7);
  stored("large", 7, 51);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(calls).toEqual([{ one: 5, other: 7 }]);
  stored("one", 5);
  stored("one", 6);
  await vi.advanceTimersByTimeAsync(500);
  expect(calls).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(calls).toEqual([{ one: 5, other: 7 }, { one: 6 }]);
});

test("what was read is told by that, what could not be told is told later, and nothing after signing out", async () => {
  vi.useFakeTimers();
  const { state, calls, client, stored } = sender({ one: 4, other: 0 });
  stored("one", 4);
  stored("other", 2);
  state.online = false;
  await vi.advanceTimersByTimeAsync(1_100);
  expect(calls).toEqual([]);
  state.online = true;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(calls).toEqual([{ other: 2 }]);
  stored("other", 3);
  await client.clearStore();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(calls).toHaveLength(1);
});

test("receipts are read when a chat is opened, after an interruption, and when someone comes", async () => {
  const all = [
    { ...receipt(0, 2, 1), userId: "ada" },
    { ...receipt(0, 1, 0), userId: "ben" },
  ];
  let asked = 0;
  const link = new ApolloLink(() => {
    asked += 1;
    const receipts = all.map((one) => ({ __typename: "Receipt", chatId: CHAT, ...one }));
    return of({ data: { chat: { __typename: "Chat", id: CHAT, receipts } } });
  });
  const client = new ApolloClient({ cache: makeCache(), link });
  const state = new Store<"live" | "offline">("live");
  const signedIn = { inbox: { state } } as unknown as SignedInServices;
  const wrapper = ({ children }: { children: ReactNode }) => (
    <SignedInContext value={signedIn}>
      <ApolloProvider client={client}>{children}</ApolloProvider>
    </SignedInContext>
  );
  const chat = (participantCount: number) => ({ id: CHAT, participantCount, maxReceiptParticipants: 4 });
  const { result, rerender } = renderHook(({ count }) => useReceipts(chat(count)), {
    wrapper,
    initialProps: { count: 3 },
  });
  await waitFor(() => expect(progressOf(1, result.current)).toBe("delivered"));
  act(() => putReceipt(client.cache, CHAT, "ben", 2, 1));
  await waitFor(() => expect(progressOf(1, result.current)).toBe("read"));
  expect(asked).toBe(1);

  all.push({ ...receipt(0, 0, 0), userId: "cleo" });
  rerender({ count: 4 });
  expect(progressOf(1, result.current)).toBe("sent");
  await waitFor(() => expect(result.current).toHaveLength(3));
  expect(progressOf(1, result.current)).toBe("sent");

  act(() => state.set("offline"));
  act(() => state.set("live"));
  await waitFor(() => expect(asked).toBe(3));
  rerender({ count: 5 });
  expect(result.current).toEqual([]);
});
