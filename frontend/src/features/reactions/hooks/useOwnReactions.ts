import { useApolloClient, useQuery } from "@apollo/client/react";
import { useEffect, useMemo, useRef } from "react";
import { ViewerStateDocument } from "@/gql/receiver/graphql";
import { ownIn } from "../cache";
import { type LoadedMessage, loadOwnReactions } from "../model/loadOwnReactions";
import type { OwnReaction } from "../model/reactionGroups";

/** What could not be asked is asked again after so long. */
const RETRY_MS = 5_000;

/** The reader's own reactions to each of the loaded messages of a chat. Finds them out for every page that comes. */
export function useOwnReactions(
  chatId: string,
  edges: readonly LoadedMessage[],
): ReadonlyMap<string, readonly OwnReaction[]> {
  const { data } = useQuery(ViewerStateDocument, { variables: ownIn(chatId), fetchPolicy: "cache-only" });
  useLoading(chatId, edges);

  const before = useRef<ReadonlyMap<string, readonly OwnReaction[]>>(new Map());
  const reactions = data?.viewerState.reactions;
  return useMemo(() => {
    const now = byMessage(reactions ?? [], before.current);
    before.current = now;
    return now;
  }, [reactions]);
}

/** Asks about the messages as they come, one request at a time. */
function useLoading(chatId: string, messages: readonly LoadedMessage[]): void {
  const client = useApolloClient();
  const latest = useRef(messages);
  const state = useRef({ busy: false, left: false, again: undefined as ReturnType<typeof setTimeout> | undefined });
  useEffect(() => {
    const { current } = state;
    current.left = false;
    return () => {
      current.left = true;
      clearTimeout(current.again);
    };
  }, []);
  useEffect(() => {
    const { current } = state;
    latest.current = messages;
    const load = async () => {
      if (current.busy || current.left) return;
      current.busy = true;
      clearTimeout(current.again);
      try {
        // Another page may come while one is asked about.
        for (let asked: unknown; asked !== latest.current; ) {
          asked = latest.current;
          await loadOwnReactions(client, chatId, latest.current);
        }
      } catch (error) {
        console.warn("the own reactions could not be read, and will be", error);
        if (!current.left) current.again = setTimeout(load, RETRY_MS);
      } finally {
        current.busy = false;
      }
    };
    void load();
  }, [client, chatId, messages]);
}

/** The reactions of each message: the same list as before for those of which nothing has changed. */
function byMessage(
  reactions: readonly (OwnReaction & { messageId: string })[],
  before: ReadonlyMap<string, readonly OwnReaction[]>,
): ReadonlyMap<string, readonly OwnReaction[]> {
  const lists = new Map<string, OwnReaction[]>();
  for (const { messageId, emoji, variant } of reactions) {
    lists.set(messageId, [...(lists.get(messageId) ?? []), { emoji, variant }]);
  }
  const textOf = (list: readonly OwnReaction[]) => list.map(({ emoji, variant }) => emoji + variant).join();
  return new Map(
    [...lists].map(([messageId, list]) => {
      const known = before.get(messageId);
      return [messageId, known && textOf(known) === textOf(list) ? known : list];
    }),
  );
}
