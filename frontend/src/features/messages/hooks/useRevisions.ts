import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useState } from "react";
import { MessageRevisionsDocument, type MessageRevisionsQuery } from "@/gql/receiver/graphql";

type Revision = MessageRevisionsQuery["messageRevisions"]["edges"][number]["node"];

interface Loaded {
  revisions: readonly Revision[];
  /** Where the next page begins; nothing where all are loaded. */
  after: string | undefined;
}

/** What a message said before, newest first: read again when it is edited. Nobody else needs it, so it is not kept. */
export function useRevisions(chatId: string, messageId: string, revision: number) {
  const client = useApolloClient();
  const [loaded, setLoaded] = useState<Loaded>();
  const [failed, setFailed] = useState(false);
  const load = useCallback(
    async (before?: Loaded) => {
      try {
        const variables = { chatId, messageId, after: before?.after ?? null };
        const { data } = await client.query({ query: MessageRevisionsDocument, variables, fetchPolicy: "no-cache" });
        if (!data) throw new Error("an answer without data");
        const { edges, pageInfo } = data.messageRevisions;
        setLoaded({
          revisions: [...(before?.revisions ?? []), ...edges.map(({ node }) => node)],
          after: pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined,
        });
        setFailed(false);
      } catch (error) {
        console.warn("the earlier texts of a message could not be read", error);
        setFailed(true);
      }
    },
    [client, chatId, messageId],
  );
  useEffect(() => {
    if (revision > 0) void load();
  }, [load, revision]);
  return { loaded, failed, load };
}
