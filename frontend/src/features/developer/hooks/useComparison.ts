import { useApolloClient } from "@apollo/client/react";
import { useEffect, useRef, useState } from "react";
import { EventDigestDocument } from "@/gql/receiver/graphql";
import type { Inbox } from "@/live/inbox";
import { AppliedEvents } from "../model/appliedEvents";
import { type Comparison, compareEvents } from "../model/compareEvents";

/** How each chat's events in this tab compare with the server's, by chat. */
export type Comparisons = ReadonlyMap<string, Comparison | "failed">;

/** Keeps what this tab applies, and compares it with the server on request. */
export function useComparison(inbox: Inbox, me: string): { comparisons: Comparisons; compare: () => Promise<void> } {
  const client = useApolloClient();
  const applied = useRef(new AppliedEvents()).current;
  const [comparisons, setComparisons] = useState<Comparisons>(new Map());
  useEffect(() => inbox.observeApplied((feedId, events) => applied.record(feedId, events)), [inbox, applied]);

  const compareOne = async (chatId: string, atLeast: string): Promise<Comparison | "failed"> => {
    try {
      return await compareEvents(applied.of(chatId), async (fromSeq, toSeq) => {
        const variables = { chatId, fromSeq, toSeq, atLeast };
        const { data } = await client.query({ query: EventDigestDocument, variables, fetchPolicy: "no-cache" });
        if (!data) throw new Error("an answer without data");
        return data.eventDigest;
      });
    } catch (error) {
      console.warn("the events of a chat could not be compared", error);
      return "failed";
    }
  };
  const compare = async () => {
    const found = new Map<string, Comparison | "failed">();
    // One after the other: there may be many.
    for (const { feedId, cursor } of inbox.positions.entries()) {
      if (feedId === me || applied.of(feedId).length === 0) continue;
      found.set(feedId, await compareOne(feedId, cursor));
      setComparisons(new Map(found));
    }
    setComparisons(found);
  };
  return { comparisons, compare };
}
