import { useQuery } from "@apollo/client/react";
import { useMemo } from "react";
import { mentionsReader } from "@/features/mentions";
import { unmask } from "@/gql/receiver";
import { MentioningMessageFragmentDoc, MentionsPageDocument } from "@/gql/receiver/graphql";
import { useSignedIn } from "@/session/services";

const PAGE = 25;

/** The messages that mention the reader, newest first. The events keep the list: what no longer mentions them leaves it. */
export function useMentions() {
  const { me } = useSignedIn();
  const { data, error, fetchMore } = useQuery(MentionsPageDocument, {
    variables: { first: PAGE },
    fetchPolicy: "cache-and-network",
  });
  const edges = data?.mentions.edges;
  const shown = useMemo(
    () =>
      (edges ?? []).flatMap(({ node }) => {
        const message = unmask(MentioningMessageFragmentDoc, node);
        return mentionsReader(message, me) ? [{ id: message.id, chatId: message.chatId, message: node }] : [];
      }),
    [edges, me],
  );
  const page = data?.mentions.pageInfo;
  const more = () => fetchMore({ variables: { first: PAGE, after: page?.endCursor ?? null } });
  return { shown, loaded: data !== undefined, error, more: page?.hasNextPage ? more : undefined };
}
