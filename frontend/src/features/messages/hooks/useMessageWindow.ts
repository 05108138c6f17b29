import { useQuery } from "@apollo/client/react";
import { useMemo, useState } from "react";
import { unmask } from "@/gql/receiver";
import { CachedMessageFragmentDoc, CachedThreadFragmentDoc, ThreadedMessageFragmentDoc } from "@/gql/receiver/graphql";
import { runAround } from "../model/contiguousRange";
import { edgesOf, type PageAnswer, placeOf, shownOf, type Timeline } from "../model/timeline";

/**
 * What is shown of the loaded messages of a chat or a thread: the stretch without a hole around one place, which is the newest
 * message, or the anchor. Pages land in the cache, where live events land too.
 */
export function useMessageWindow({ chatId, rootId }: Timeline, count: number) {
  const { query, variables } = shownOf({ chatId, ...(rootId !== undefined && { rootId }) });
  // A thread without replies is known to have none: there is nothing to ask for.
  const isNone = rootId !== undefined && count === 0;
  const { data, error, refetch } = useQuery(query, { variables, skip: isNone });
  const [anchor, setAnchor] = useState<number>();
  const answered = edgesOf(data as PageAnswer | undefined);
  const edges = useMemo(
    () =>
      answered.map(({ cursor, node }) => {
        const message = unmask(CachedMessageFragmentDoc, node);
        return { cursor, message, number: placeOf(rootId === undefined ? {} : { rootId }, message) };
      }),
    [answered, rootId],
  );
  const run = useMemo(() => runAround(edges, anchor), [edges, anchor]);
  const messages = useMemo(() => run.map((edge) => edge.message), [run]);
  const lastNumber = run.at(-1)?.number ?? 0;
  return {
    /** All that are loaded, in order of their places. */
    edges,
    /** Those that are shown. */
    run,
    messages,
    /** The threads that they start. */
    threads: useThreads(data as PageAnswer | undefined),
    /** Around the newest there is nothing later, but for what is about to be loaded. */
    atEnd: anchor === undefined || lastNumber >= count,
    hasOlder: (run[0]?.number ?? 1) > 1,
    setAnchor,
    loaded: isNone || data !== undefined,
    error,
    retry: refetch,
  };
}

export type MessageWindow = ReturnType<typeof useMessageWindow>;

/** The threads that the messages of a chat start, by message. A reply starts none. */
function useThreads(answer: PageAnswer | undefined) {
  const edges = answer && "messages" in answer ? answer.messages.edges : undefined;
  return useMemo(() => {
    const started = (edges ?? []).flatMap(({ node }) => {
      const { id, thread } = unmask(ThreadedMessageFragmentDoc, node);
      return thread ? [[id, unmask(CachedThreadFragmentDoc, thread)] as const] : [];
    });
    return new Map(started);
  }, [edges]);
}
