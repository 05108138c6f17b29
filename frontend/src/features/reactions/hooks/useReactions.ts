import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useState } from "react";
import { ReactionsDocument, type ReactionsQuery } from "@/gql/receiver/graphql";

/** So many people come at a time, of every emoji. */
const PAGE = 50;
/** While many react, the list is read again when they pause. */
const SETTLE_MS = 500;

type AnsweredGroup = NonNullable<ReactionsQuery["message"]>["reactionGroups"][number];

/** Who reacted with one emoji, as far as they are loaded. */
export interface Reactors {
  emoji: string;
  count: number;
  people: AnsweredGroup["reactions"]["edges"][number]["node"][];
  /** Where the next page begins; nothing where everyone is loaded. */
  after: string | undefined;
}

/** Who reacted to a message, by emoji: read again when the counts change. */
export function useReactions(chatId: string, messageId: string, counts: string) {
  const client = useApolloClient();
  const [groups, setGroups] = useState<readonly Reactors[]>();
  const [failed, setFailed] = useState(false);
  const ask = useCallback(
    async (after?: string) => {
      const variables = { chatId, messageId, first: PAGE, after };
      // Past the cache, in which the message has its groups without the people.
      const { data } = await client.query({ query: ReactionsDocument, variables, fetchPolicy: "no-cache" });
      if (!data) throw new Error("an answer without data");
      return (data.message?.reactionGroups ?? []).filter(hasPeople).map(reactorsOf);
    },
    [client, chatId, messageId],
  );
  const attempt = useCallback(async (work: () => Promise<void>) => {
    try {
      await work();
      setFailed(false);
    } catch (error) {
      console.warn("the reactions to a message could not be read", error);
      setFailed(true);
    }
  }, []);
  const load = useCallback(() => attempt(async () => setGroups(await ask())), [attempt, ask]);

  const [seen, setSeen] = useState<string>();
  useEffect(() => {
    if (seen === counts) return;
    const again = () => {
      setSeen(counts);
      void load();
    };
    const timer = setTimeout(again, seen === undefined ? 0 : SETTLE_MS);
    return () => clearTimeout(timer);
  }, [counts, seen, load]);

  const more = ({ emoji, after }: Reactors) =>
    attempt(async () => {
      const next = (await ask(after)).find((group) => group.emoji === emoji);
      setGroups((before) =>
        before?.map((group) => {
          if (group.emoji !== emoji || group.after !== after) return group;
          return { ...group, people: [...group.people, ...(next?.people ?? [])], after: next?.after };
        }),
      );
    });
  return { groups, failed, load, more };
}

/** An emoji that was heard of while the answer was on its way has no people in it. */
const hasPeople = (group: AnsweredGroup) => (group.reactions as AnsweredGroup["reactions"] | undefined) !== undefined;

function reactorsOf({ emoji, count, reactions }: AnsweredGroup): Reactors {
  const { hasNextPage, endCursor } = reactions.pageInfo;
  const after = hasNextPage ? (endCursor ?? undefined) : undefined;
  return { emoji, count, people: reactions.edges.map((edge) => edge.node), after };
}
