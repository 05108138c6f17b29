import type { ApolloCache, ApolloClient } from "@apollo/client";
import { MessageFieldsFragmentDoc } from "@/gql/receiver/graphql";
import { unmask } from "@/gql/sender";
import { RemoveMessageDocument, SentMessageFragmentDoc } from "@/gql/sender/graphql";
import { complete } from "./deliver";
import { putMessage } from "./messageCache";
import { showText } from "./optimism";
import type { Removal } from "./removals";

/** Has a message removed for everyone and writes what is left of it where its live event would. */
export async function remove(client: ApolloClient, { id, chatId }: Removal): Promise<void> {
  const { data } = await client.mutate({
    mutation: RemoveMessageDocument,
    variables: { input: { chatId, id } },
    fetchPolicy: "no-cache",
    // Also from a page that is being left.
    context: { fetchOptions: { keepalive: true } },
  });
  if (!data) throw new Error("an answer without data");
  putMessage(client.cache, complete(client.cache, unmask(SentMessageFragmentDoc, data.removeMessage.message)));
}

/** Shows a message as removed before it is. Gives back how to show it again; nothing if it is not loaded. */
export function hide(cache: ApolloCache, { id }: Removal): (() => void) | undefined {
  const message = cache.readFragment({
    id: cache.identify({ __typename: "Message", id })!,
    fragment: MessageFieldsFragmentDoc,
    fragmentName: "MessageFields",
  });
  if (!message || message.removedAt) return undefined;
  return showText(cache, message, { content: null, removedAt: new Date().toISOString() });
}
