import { useSignedIn } from "@/session/services";
import { explain, t } from "@/strings";
import { clockTime } from "@/strings/time";
import { ThreadIcon, WarningIcon } from "@/ui/icons";
import { plainText } from "@/ui/parseMarkdown";
import { type Trouble, useSendingTrouble } from "../hooks/useSendingTrouble";
import { isFewEmoji } from "../model/looks";
import type { UnsentEdit, UnsentMessage } from "../model/outboxEntry";
import styles from "./Bubble.module.css";
import { MessageText } from "./MessageText";
import { ReadReceipt } from "./ReadReceipt";
import line from "./ReplyLine.module.css";

/** A message on its way: in the outbox, or given back to its author with the reason. */
export function UnsentRow({ unsent, first }: { unsent: UnsentMessage; first: boolean }) {
  const { trouble, unkept } = useSendingTrouble(unsent);
  return (
    <article
      className={styles.row}
      data-own
      data-first={first || undefined}
      data-emoji={isFewEmoji(unsent.content) || undefined}
      data-failed={unsent.failure ? true : undefined}
      data-noted={trouble.kind !== "none" || unkept || undefined}
      aria-label={`${t.ui.you}, ${unsent.failure ? t.messages.notSent : t.messages.sending}`}
    >
      <div className={styles.bubble}>
        <div dir="auto">
          <MessageText text={unsent.content} />
          <span className={styles.meta}>
            <span className={styles.facts}>
              <time dateTime={unsent.createdAt}>{clockTime(unsent.createdAt)}</time>
              {!unsent.failure && <ReadReceipt state={trouble.kind === "offline" ? "waiting" : "sending"} />}
            </span>
          </span>
        </div>
      </div>
      <Word entry={unsent} trouble={trouble} unkept={unkept} />
    </article>
  );
}

/** In the chat, a reply that goes to one of its threads: in short, as it will stand there. */
export function UnsentReply({ unsent }: { unsent: UnsentMessage }) {
  const { trouble, unkept } = useSendingTrouble(unsent);
  return (
    <article
      className={line.row}
      aria-label={`${t.ui.you}, ${unsent.failure ? t.messages.notSent : t.messages.sending}`}
    >
      <div className={line.line}>
        <ThreadIcon size={15} />
        <span className={line.text} dir="auto">
          {t.threads.youReplied(plainText(unsent.content))}
        </span>
        {!unsent.failure && <ReadReceipt state={trouble.kind === "offline" ? "waiting" : "sending"} />}
      </div>
      <Word entry={unsent} trouble={trouble} unkept={unkept} />
    </article>
  );
}

/** What became of an edit that no service has taken yet, below the message as it is meant to be. */
export function UnsentNote({ entry }: { entry: UnsentEdit }) {
  const { trouble, unkept } = useSendingTrouble(entry);
  return (
    <div className={styles.row} data-own>
      <Word entry={entry} trouble={trouble} unkept={unkept} />
    </div>
  );
}

/** Says what keeps it, and what can be done. */
function Word(props: { entry: UnsentMessage | UnsentEdit; trouble: Trouble; unkept: boolean }) {
  const { entry, trouble, unkept } = props;
  const { outbox } = useSignedIn();
  if (trouble.kind === "none" && !unkept) return null;
  const refused = trouble.kind === "refused";
  return (
    <div className={styles.failure} role={refused ? "alert" : "status"} data-trouble={trouble.kind}>
      {trouble.kind !== "offline" && <WarningIcon size={15} />}
      <span>
        {wordFor(entry, trouble)} {unkept && t.messages.notKept}
      </span>
      <span>
        {(refused || trouble.kind === "late") && (
          <button type="button" onClick={() => outbox.retry(entry)}>
            {t.ui.tryAgain}
          </button>
        )}
        <button type="button" onClick={() => outbox.discard(entry)}>
          {t.messages.discard}
        </button>
      </span>
    </div>
  );
}

function wordFor(entry: UnsentMessage | UnsentEdit, trouble: Trouble): string {
  const edit = entry.kind === "edit";
  switch (trouble.kind) {
    case "none":
      return "";
    case "offline":
      return edit ? t.messages.savedWhenOnline : t.messages.waitingForNetwork;
    case "limited":
      return t.messages.sendingIn(trouble.seconds);
    case "late":
      return edit ? t.messages.notSavedYet : t.messages.notSentYet;
    case "refused":
      return `${edit ? t.messages.notSaved : t.messages.notSent} ${entry.failure ? explain(entry.failure) : ""}`;
  }
}
