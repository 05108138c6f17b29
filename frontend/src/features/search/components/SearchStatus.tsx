import { Button } from "@mantine/core";
import { explain, t } from "@/strings";
import { momentTime } from "@/strings/time";
import { Notice } from "@/ui/Notice";
import type { useSections } from "../hooks/useSections";
import { finished } from "../model/syntax";
import styles from "./SearchPanel.module.css";

/** How the search fares, in words: what it waits for, how much it found, or why it found nothing. */
export function SearchStatus({ text, found }: { text: string; found: ReturnType<typeof useSections> }) {
  const { failure, again, offline } = found.messages;
  if (failure && failure.code !== "RATE_LIMITED") {
    return (
      <div className={styles.word}>
        <Notice tone="error">{explain(failure)}</Notice>
        <Button variant="default" onClick={again}>
          {t.ui.tryAgain}
        </Button>
      </div>
    );
  }
  const limited = failure && t.search.limited(Math.max(1, Math.ceil((failure.retryAfterMs ?? 2_000) / 1_000)));
  const word = limited ?? (offline ? t.search.offlineHint : statusOf(text, found));
  return (
    <p className={styles.word} role="status">
      {word}
    </p>
  );
}

function statusOf(text: string, { hits, messages: { page }, searching }: ReturnType<typeof useSections>): string {
  if (finished(text) === "") return "";
  if (searching || !page) return searching ? t.search.searching : "";
  if (hits > 0) return page.pageInfo.hasNextPage ? t.search.messagesSoFar(hits) : t.search.messagesFound(hits);
  if (!page.complete && page.searchedBackTo) return t.search.nothingBackTo(momentTime(page.searchedBackTo));
  return t.search.nothing;
}
