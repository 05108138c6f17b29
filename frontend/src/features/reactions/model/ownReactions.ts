import type { ApolloCache } from "@apollo/client";
import { ViewerStateDocument, type ViewerStateQuery } from "@/gql/receiver/graphql";
import { isWithin, modifyOwn, ownIn, type Range } from "../cache";
import type { OwnReaction } from "./reactionGroups";

/** Whether it is known which reactions to the message with that number are the reader's own. */
export function knowsOwn(cache: ApolloCache, chatId: string): (number: number) => boolean {
  let known: readonly Range[] = [];
  modifyOwn(cache, chatId, (state) => {
    known = state.known ?? [];
    return state;
  });
  return (number) => known.some((range) => isWithin(number, range));
}

/** Which of the reactions to the messages with these numbers are the reader's own: all of them. */
export function writeOwn(
  cache: ApolloCache,
  { chatId, from, to }: { chatId: string; from: number; to: number },
  reactions: readonly (OwnReaction & { messageId: string })[],
): void {
  cache.writeQuery({
    query: ViewerStateDocument,
    variables: { chatId, fromNumber: from, toNumber: to },
    data: {
      viewerState: {
        __typename: "ViewerState",
        reactions: reactions.map(({ messageId, emoji, variant }) => ({
          __typename: "ViewerReaction",
          messageId,
          emoji,
          variant,
        })),
      } as ViewerStateQuery["viewerState"],
    },
  });
}

/** The reader's own reactions to a message, as far as the services have told. */
export function readOwn(cache: ApolloCache, chatId: string, messageId: string): OwnReaction[] {
  const data = cache.readQuery({ query: ViewerStateDocument, variables: ownIn(chatId) });
  return (data?.viewerState.reactions ?? []).filter((reaction) => reaction.messageId === messageId);
}
