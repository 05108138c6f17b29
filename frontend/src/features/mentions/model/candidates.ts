import type { ApolloClient } from "@apollo/client";
import { MentionCandidatesDocument } from "@/gql/receiver/graphql";

/** Somebody who can be mentioned. */
export interface Candidate {
  id: string;
  username: string;
  displayName: string;
}

/** So many are offered at once. */
const OFFERED = 8;
/** So many whose names begin alike are looked through for the one of exactly that name. */
const SEARCHED = 100;

/** Participants whose name begins with what is being written, but for the reader. */
export async function candidatesFor(
  client: ApolloClient,
  chatId: string,
  query: string,
  me: string,
): Promise<readonly Candidate[]> {
  const { people } = await ask(client, chatId, query, OFFERED + 1);
  return people.filter(({ id }) => id !== me).slice(0, OFFERED);
}

/**
 * Whether somebody in the chat has that name, or has it without what may belong to the sentence at its end; undefined where that
 * cannot be told.
 */
export async function isMentionable(client: ApolloClient, chatId: string, name: string): Promise<boolean | undefined> {
  const short = name.replace(/[_-]+$/, "");
  const { people, all } = await ask(client, chatId, short || name, SEARCHED);
  return people.some(({ username }) => username === name || username === short) || (all ? false : undefined);
}

async function ask(client: ApolloClient, chatId: string, query: string, first: number) {
  // Not kept: the list of participants that is kept has its own order.
  const { data } = await client.query({
    query: MentionCandidatesDocument,
    variables: { chatId, query, first },
    fetchPolicy: "no-cache",
  });
  if (!data) throw new Error("an answer without data");
  const people = (data.chat?.participants.edges ?? []).flatMap(({ node }): Candidate[] =>
    node.user ? [node.user] : [],
  );
  return { people, all: !data.chat?.participants.pageInfo.hasNextPage };
}
