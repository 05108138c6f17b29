import { ApolloClient, ApolloLink } from "@apollo/client";
import { ApolloProvider } from "@apollo/client/react";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { of } from "rxjs";
import { expect, test } from "vitest";
import { Store } from "@/api/store";
import { makeCache } from "@/app/cache";
import { useAllParticipants } from "@/features/participants/hooks/useAllParticipants";
import { SignedInContext, type SignedInServices } from "@/session/services";
import { CHAT, ChatModel } from "./chatModel";

/** A chat of 253, answered in pages as the service does, which gives at most a hundred. */
function crowd() {
  const model = new ChatModel();
  for (let number = 1; number <= 250; number += 1) model.join(`person ${number}`);
  model.add("ada", "who reads this?");
  const everyone = [...model.roles.keys()];
  const asked: (string | null)[] = [];
  const link = new ApolloLink(({ variables }) => {
    const { first, after } = variables as { first: number; after?: string };
    asked.push(after ?? null);
    const from = after ? everyone.indexOf(after) + 1 : 0;
    const page = everyone.slice(from, from + Math.min(first, 100));
    const edges = page.map((id) => ({ __typename: "ParticipantEdge", cursor: id, node: model.participant(id) }));
    const pageInfo = {
      __typename: "PageInfo",
      hasNextPage: from + page.length < everyone.length,
      endCursor: page.at(-1),
    };
    const participants = { __typename: "ParticipantConnection", edges, pageInfo };
    return of({ data: { chat: { __typename: "Chat", id: CHAT, participants } } });
  });
  return { asked, client: new ApolloClient({ cache: makeCache(), link }) };
}

test("everyone is known in a chat of more than a hundred", {
  timeout: 30_000,
}, async () => {
  const { asked, client } = crowd();
  const signedIn = { inbox: { state: new Store("live") } } as unknown as SignedInServices;
  const wrapper = ({ children }: { children: ReactNode }) => (
    <SignedInContext value={signedIn}>
      <ApolloProvider client={client}>{children}</ApolloProvider>
    </SignedInContext>
  );
  const { result } = renderHook(() => useAllParticipants(CHAT), { wrapper });
  await waitFor(() => expect(result.current.complete).toBe(true), { timeout: 20_000 });
  expect(result.current.participants).toHaveLength(253);
  expect(asked).toHaveLength(3);
});
