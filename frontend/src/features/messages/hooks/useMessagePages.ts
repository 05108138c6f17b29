import { useApolloClient } from "@apollo/client/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useChoices } from "@/features/preferences";
import { keepMessages } from "../cache";
import { loadPage } from "../model/loadPage";
import { PAGE, type Page, type Timeline } from "../model/timeline";
import type { MessageWindow } from "./useMessageWindow";

/** Reading on, a reader has so many behind them before the first are let go. Replies that are folded away do not count. */
const MAX_BEHIND = 300;

/** Loads the page before what is shown, or the one after it: one at a time, and lets go of what is far away. */
export function useMessagePages(timeline: Timeline, count: number, shown: MessageWindow) {
  const client = useApolloClient();
  const { run, atEnd, loaded, setAnchor } = shown;
  const folds = useChoices().foldReplies === true && timeline.rootId === undefined;
  const behind = useMemo(() => (folds ? run.filter((edge) => edge.message.threadRootId == null) : run), [folds, run]);
  const [loading, setLoading] = useState<"older" | "newer">();
  const busy = useRef(false);

  const load = useCallback(
    async (what: "older" | "newer", page: Page) => {
      if (busy.current) return;
      busy.current = true;
      setLoading(what);
      try {
        await loadPage(client, timeline, page);
      } catch (error) {
        console.warn("a page of messages could not be loaded; scrolling asks again", error);
      } finally {
        busy.current = false;
        setLoading(undefined);
      }
    },
    [client, timeline],
  );

  // A live message has no pagination cursor; the page around it has everything there is about that place.
  const loadOlder = useCallback(() => {
    const [first] = run;
    if (!first || first.number === 1 || busy.current) return;
    if (behind.length > MAX_BEHIND) {
      setAnchor(first.number);
      keepMessages(client.cache, timeline, first.number, behind[MAX_BEHIND - 1]!.number);
    }
    void load("older", first.cursor ? { last: PAGE, before: first.cursor } : { first: PAGE, around: first.message.id });
  }, [client, timeline, run, behind, load, setAnchor]);
  const loadNewer = useCallback(() => {
    const last = run.at(-1);
    if ((last?.number ?? 0) >= count || busy.current) return;
    // The first page was answered before there was anything.
    if (!last) return void load("newer", { last: PAGE });
    if (behind.length > MAX_BEHIND) {
      setAnchor((held) => (held === undefined ? undefined : last.number));
      keepMessages(client.cache, timeline, behind.at(-MAX_BEHIND)!.number);
    }
    void load("newer", last.cursor ? { first: PAGE, after: last.cursor } : { first: PAGE, around: last.message.id });
  }, [client, timeline, run, behind, load, count, setAnchor]);

  // The page was answered before, but arrived after, events for this list: close the gap that they left.
  const lastNumber = run.at(-1)?.number ?? 0;
  useEffect(() => {
    if (atEnd && loaded && lastNumber < count) loadNewer();
  }, [atEnd, loaded, lastNumber, count, loadNewer]);

  return { loading, loadOlder, loadNewer };
}
