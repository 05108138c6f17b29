import type { ApolloCache, ApolloClient } from "@apollo/client";
import { countMessage } from "@/features/chats/model/chatCache";
import { moveReadMark } from "@/features/participants/model/participantCache";
import {
  type MessageFieldsFragment,
  PersonNameFragmentDoc,
  type QuotedMessageFragment,
  QuotedMessageFragmentDoc,
} from "@/gql/receiver/graphql";
import { unmask } from "@/gql/sender";
import { CreateMessageDocument, type SentMessageFragment, SentMessageFragmentDoc } from "@/gql/sender/graphql";
import { addMessage } from "./messageCache";
import type { UnsentMessage } from "./outbox";

/** Sends one message and writes the acknowledged one where its live event would, so that the two merge by id. */
export async function deliver(client: ApolloClient, unsent: UnsentMessage, me: string): Promise<void> {
  const { id, chatId, content, replyToId } = unsent;
  const { data } = await client.mutate({
    mutation: CreateMessageDocument,
    variables: { input: { id, chatId, content, replyToId } },
    fetchPolicy: "no-cache",
  });
  if (!data) throw new Error("an answer without data");
  const message = complete(client.cache, unmask(SentMessageFragmentDoc, data.createMessage.message));
  client.cache.batch({
    update(cache) {
      addMessage(cache, message);
      countMessage(cache, message);
      moveReadMark(cache, chatId, me, message.number);
    },
  });
}

/** A message as the sender answers it, with what only the receiver tells taken from what is known here. */
export function complete(cache: ApolloCache, sent: SentMessageFragment): MessageFieldsFragment {
  const { replyToId, ...message } = sent;
  const sender = cache.readFragment({
    id: cache.identify({ __typename: "User", id: sent.senderId })!,
    fragment: PersonNameFragmentDoc,
    fragmentName: "PersonName",
  });
  const quoted = replyToId
    ? cache.readFragment<QuotedMessageFragment>({
        id: cache.identify({ __typename: "Message", id: replyToId })!,
        fragment: QuotedMessageFragmentDoc,
        fragmentName: "QuotedMessage",
      })
    : null;
  return { ...message, sender, replyTo: quoted } as unknown as MessageFieldsFragment;
}
