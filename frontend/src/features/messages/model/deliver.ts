import type { ApolloCache, ApolloClient } from "@apollo/client";
import { CombinedGraphQLErrors } from "@apollo/client/errors";
import { sendSettings } from "@/features/chatSettings";
import { completeMentions } from "@/features/mentions";
import { moveReadMark } from "@/features/participants";
import { sendReaction } from "@/features/reactions";
import { isReply, putReply } from "@/features/threads";
import {
  type CachedMessageFragment,
  MessageSenderFragmentDoc,
  type QuotedMessageFragment,
  QuotedMessageFragmentDoc,
  ReactionChipsFragmentDoc,
} from "@/gql/receiver/graphql";
import { unmask } from "@/gql/sender";
import {
  CreateMessageDocument,
  RemoveMessageDocument,
  type SentMessageFragment,
  SentMessageFragmentDoc,
  UpdateMessageDocument,
} from "@/gql/sender/graphql";
import { addMessage, countMessage, countOwnReply, knownMessage, putMessage } from "../cache";
import type { OutboxEntry, UnsentEdit, UnsentMessage, UnsentRemoval } from "./outboxEntry";

/** Sends one entry of the outbox and writes what is acknowledged where its live event would, so that the two merge. */
export function deliver(client: ApolloClient, entry: OutboxEntry, me: string, signal: AbortSignal): Promise<void> {
  switch (entry.kind) {
    case "message":
      return create(client, entry, me, signal);
    case "edit":
      return update(client, entry, signal);
    case "removal":
      return remove(client, entry, signal);
    case "reaction":
      return sendReaction(client, entry, signal);
    case "settings":
      return sendSettings(client, entry, signal);
  }
}

async function create(client: ApolloClient, unsent: UnsentMessage, me: string, signal: AbortSignal): Promise<void> {
  const { id, chatId, content, replyToId, threadRootId } = unsent;
  const { data } = await client.mutate({
    mutation: CreateMessageDocument,
    variables: { input: { id, chatId, content, replyToId, ...(threadRootId && { threadRootId }) } },
    fetchPolicy: "no-cache",
    context: { signal },
  });
  if (!data) throw new Error("an answer without data");
  const message = complete(client.cache, unmask(SentMessageFragmentDoc, data.createMessage.message));
  client.cache.batch({
    update(cache) {
      if (isReply(message)) putReply(cache, message);
      addMessage(cache, message);
      countMessage(cache, message);
      if (message.threadRootId) countOwnReply(cache, message);
      else moveReadMark(cache, chatId, me, message.number);
    },
  });
}

async function update(client: ApolloClient, edit: UnsentEdit, signal: AbortSignal): Promise<void> {
  const { id, chatId, content, replaces } = edit;
  const known = knownMessage(client.cache, id);
  // Another device of the author was first: which of the two texts stays is theirs to say.
  if (known && replaces && ![...replaces, content].includes(known.content ?? "")) {
    throw new CombinedGraphQLErrors({
      errors: [{ message: "the message was changed meanwhile", extensions: { code: "CONFLICT" } }],
    });
  }
  const { data } = await client.mutate({
    mutation: UpdateMessageDocument,
    variables: { input: { chatId, id, content } },
    fetchPolicy: "no-cache",
    context: { signal },
  });
  if (!data) throw new Error("an answer without data");
  putMessage(client.cache, complete(client.cache, unmask(SentMessageFragmentDoc, data.updateMessage.message)));
}

async function remove(client: ApolloClient, { id, chatId }: UnsentRemoval, signal: AbortSignal): Promise<void> {
  const { data } = await client.mutate({
    mutation: RemoveMessageDocument,
    variables: { input: { chatId, id } },
    fetchPolicy: "no-cache",
    // Also from a page that is being left.
    context: { signal, fetchOptions: { keepalive: true } },
  });
  if (!data) throw new Error("an answer without data");
  putMessage(client.cache, complete(client.cache, unmask(SentMessageFragmentDoc, data.removeMessage.message)));
}

/** A message as the sender answers it, with what only the receiver tells taken from what is known here. */
export function complete(cache: ApolloCache, sent: SentMessageFragment): CachedMessageFragment {
  const { replyToId, ...message } = sent;
  const id = cache.identify({ __typename: "Message", id: sent.id })!;
  const known = cache.readFragment({ id, fragment: ReactionChipsFragmentDoc, fragmentName: "ReactionChips" });
  const reactionGroups = sent.removedAt ? [] : (known?.reactionGroups ?? []);
  const sender = cache.readFragment({
    id: cache.identify({ __typename: "User", id: sent.senderId })!,
    fragment: MessageSenderFragmentDoc,
    fragmentName: "MessageSender",
  });
  const quoted = replyToId
    ? cache.readFragment<QuotedMessageFragment>({
        id: cache.identify({ __typename: "Message", id: replyToId })!,
        fragment: QuotedMessageFragmentDoc,
        fragmentName: "QuotedMessage",
      })
    : null;
  const mentions = completeMentions(cache, message.mentions);
  return { ...message, sender, replyTo: quoted, reactionGroups, mentions } as unknown as CachedMessageFragment;
}
