import type { TypedDocumentNode } from "@apollo/client";
import {
  MessagesDocument,
  type MessagesQuery,
  type MessagesQueryVariables,
  RepliesDocument,
  type RepliesQuery,
} from "@/gql/receiver/graphql";

/** A list of messages in which each has a place, from 1 and without gaps: those of a chat, or the replies of one thread. */
export interface Timeline {
  readonly chatId: string;
  /** The message that the replies of a thread belong to. */
  readonly rootId?: string;
}

/** Which of them are asked for. */
export type Page = Pick<MessagesQueryVariables, "first" | "after" | "last" | "before" | "around">;

/** What a page of them is answered with. */
export type PageAnswer = MessagesQuery | RepliesQuery;

/** So many messages come at a time. */
export const PAGE = 50;

type Variables = { chatId: string; rootId?: string } & Page;

export function pageOf({ chatId, rootId }: Timeline, page: Page) {
  const query = (rootId === undefined ? MessagesDocument : RepliesDocument) as TypedDocumentNode<PageAnswer, Variables>;
  return { query, variables: rootId === undefined ? { chatId, ...page } : { chatId, rootId, ...page } };
}

/** What an open list shows: all that is loaded of it, whichever page brought it. */
export const shownOf = (timeline: Timeline) => pageOf(timeline, { last: PAGE });

export function edgesOf(answer: PageAnswer | undefined) {
  if (!answer) return NOTHING;
  return "messages" in answer ? answer.messages.edges : (answer.thread?.replies.edges ?? NOTHING);
}

const NOTHING: readonly never[] = [];

/** The place of a message in a list of which it is. */
export function placeOf(
  { rootId }: Pick<Timeline, "rootId">,
  message: { number: number; threadOrdinal?: number | null },
): number {
  return rootId === undefined ? message.number : (message.threadOrdinal ?? 0);
}
