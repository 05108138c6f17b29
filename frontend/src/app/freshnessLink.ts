import { ApolloLink, type InMemoryCache } from "@apollo/client";
import { Kind } from "graphql";
import { mergeMap, type Observable, of } from "rxjs";
import { knownMentions } from "@/features/mentions";
import { keepNewer } from "@/features/messages";
import { recentReactions } from "@/features/reactions";
import { knownThread } from "@/features/threads";
import { PersonNameFragmentDoc } from "@/gql/receiver/graphql";
import { ChatStateFragmentDoc, ParticipantStateFragmentDoc, SentMessageFragmentDoc } from "@/gql/sender/graphql";
import { type Changes, changesOf } from "@/live/changes";

/** So often a question is asked again whose answers are overtaken one after the other. */
const MAX_REPEATS = 3;

type Fields = Record<string, unknown>;

/**
 * Keeps an answer that was overtaken by live events from taking back what they changed. A query is asked again; of the answer
 * to a mutation, which cannot be, only what the events did not change is taken. Reactions are too many for asking again: the
 * last word on each holds.
 */
export function freshnessLink(cache: InMemoryCache, whoIsSignedIn: () => string | undefined): ApolloLink {
  const changes = changesOf(cache);
  const recent = recentReactions(changes);
  const message = (id: string) => known(cache, { __typename: "Message", id }) as never;
  return new ApolloLink((operation, forward) => {
    const ask = (left: number): Observable<ApolloLink.Result> => {
      const begun = changes.now();
      const reactedBefore = recent.now();
      demand(operation, changes, whoIsSignedIn());
      return forward(operation).pipe(
        mergeMap((result) => {
          if (!result.data) return of(result);
          const me = whoIsSignedIn();
          const overtaken = (feedId: string) => changes.hasChanged(feedId, begun);
          const late = feedsOf(result.data, me).some(overtaken);
          if (late && left > 0 && operation.operationType === "query") return ask(left - 1);
          const fresh = keepNewer(result.data, {
            message,
            reactions: (id, answered) => recent.groupsOf(id, answered, reactedBefore),
            mentions: (id) => knownMentions(cache, id),
            thread: (rootId) => knownThread(cache, rootId) as never,
          });
          return of({ ...result, data: keepKnown(cache, changes, fresh, me, overtaken) });
        }),
      );
    };
    return ask(MAX_REPEATS);
  });
}

/**
 * Asks for nothing older than what events have said of this chat, or of the list, or of the reactions to its messages and
 * the replies to them: a service may read from a replica.
 */
function demand(operation: ApolloLink.Operation, changes: Changes, me: string | undefined): void {
  const takes = (name: string) =>
    operation.query.definitions.some(
      (part) =>
        part.kind === Kind.OPERATION_DEFINITION &&
        part.variableDefinitions?.some(({ variable }) => variable.name.value === name),
    );
  const { atLeast, chatId, id } = operation.variables;
  const feed = chatId ?? id ?? me;
  if (!feed) return;
  const { variables } = operation;
  if (takes("atLeast") && !atLeast) operation.variables = { ...variables, atLeast: changes.cursorOf(feed) };
  if (takes("detailsUpTo")) operation.variables = { ...variables, detailsUpTo: changes.detailsUpTo(feed) };
}

/** The feeds whose events an answer depends on: those of its chats, and the own one where it lists chats. */
function feedsOf(data: Fields, me: string | undefined): string[] {
  const feeds = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { __typename, id, chatId } = value as Fields;
    if (__typename === "Chat") feeds.add(String(id));
    if (__typename === "Participant") feeds.add(String(chatId));
    for (const part of Object.values(value)) visit(part);
  };
  visit(data);
  if (me && "chats" in data) feeds.add(me);
  return [...feeds];
}

/** The answer with what events have changed as they said it, and the own name as it was last said. */
function keepKnown<T>(
  cache: InMemoryCache,
  changes: Changes,
  answer: T,
  me: string | undefined,
  overtaken: (feedId: string) => boolean,
): T {
  const isStale = ({ __typename, id, chatId }: Fields) =>
    (__typename === "Chat" && overtaken(String(id))) ||
    (__typename === "Participant" && overtaken(String(chatId))) ||
    (__typename === "User" && id === me && changes.hasFreshProfile());
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== "object" || value === null) return value;
    const fields = value as Fields;
    const newer = isStale(fields) ? known(cache, fields) : null;
    return Object.fromEntries(
      Object.entries(fields).map(([field, held]) => [
        field,
        newer && field in newer && (typeof held !== "object" || held === null) ? newer[field] : visit(held),
      ]),
    );
  };
  return visit(answer) as T;
}

const fragments = {
  Chat: [ChatStateFragmentDoc, "ChatState"],
  Participant: [ParticipantStateFragmentDoc, "ParticipantState"],
  Message: [SentMessageFragmentDoc, "SentMessage"],
  User: [PersonNameFragmentDoc, "PersonName"],
} as const;

/** What the cache knows of an object. */
function known(cache: InMemoryCache, object: Fields): Fields | null {
  const [fragment, fragmentName] = fragments[object.__typename as keyof typeof fragments];
  const id = cache.identify(object as never);
  return id ? (cache.readFragment({ id, fragment, fragmentName, returnPartialData: true } as never) as Fields) : null;
}
