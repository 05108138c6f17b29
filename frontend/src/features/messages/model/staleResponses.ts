import type { ReactionGroup } from "@/features/reactions";

/** A message as it may stand anywhere in an answer. */
interface Revised {
  __typename: "Message";
  id: string;
  revision: number;
}

function isRevised(value: object): value is Revised {
  const message = value as Partial<Revised>;
  return message.__typename === "Message" && typeof message.id === "string" && typeof message.revision === "number";
}

/** A thread as it may stand anywhere in an answer. All of its facts are those of its newest reply. */
interface Thread {
  __typename: "Thread";
  rootId: string;
  lastNumber: number;
}

function isThread(value: object): value is Thread {
  const thread = value as Partial<Thread>;
  return thread.__typename === "Thread" && typeof thread.rootId === "string" && typeof thread.lastNumber === "number";
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** What is known of messages and threads, which an answer may be older than. */
export interface KnownMessages {
  /** A message as it is known, if it is. */
  message(id: string): (Revised & Record<string, unknown>) | null;
  /** The reactions to a message: those of the answer with what was told of them while it travelled. */
  reactions?<G extends ReactionGroup>(id: string, answered: readonly G[]): readonly G[];
  /** Whom a known message mentions: that belongs to its text. */
  mentions?(id: string): unknown;
  /** The facts of a thread as they are known, if they are. */
  thread?(rootId: string): (Thread & Record<string, unknown>) | null;
}

/**
 * An answer may be older than an edit that was heard of live while it travelled, or than reactions and replies. This gives
 * back the answer with every message that is known in a higher revision replaced, field by field, by what is known, and
 * likewise every thread of which a later reply is known.
 */
export function keepNewer<T>(answer: T, known: KnownMessages): T {
  if (Array.isArray(answer)) return answer.map((item) => keepNewer(item, known)) as T;
  if (typeof answer !== "object" || answer === null) return answer;
  const { id } = answer as { id?: string };
  if (isThread(answer)) {
    const thread = known.thread?.(answer.rootId);
    if (thread && thread.lastNumber > answer.lastNumber) return withFacts(answer, thread, known);
  }
  const newer = isRevised(answer) ? known.message(answer.id) : null;
  const stale = newer && newer.revision > (answer as unknown as Revised).revision;
  return Object.fromEntries(
    Object.entries(answer).map(([field, value]) => {
      if (field === "reactionGroups" && id) return [field, known.reactions?.(id, value) ?? value];
      if (field === "mentions" && stale && id) return [field, known.mentions?.(id) ?? value];
      return [field, stale && field in newer && !isNested(value) ? newer[field] : keepNewer(value, known)];
    }),
  ) as T;
}

/** A thread with its facts as they are known; what else was asked of it stays. */
function withFacts<T extends object>(answer: T, facts: Record<string, unknown>, known: KnownMessages): T {
  return Object.fromEntries(
    Object.entries(answer).map(([field, value]) => [field, field in facts ? facts[field] : keepNewer(value, known)]),
  ) as T;
}
