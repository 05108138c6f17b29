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

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

/** What is known of messages, which an answer may be older than. */
export interface KnownMessages {
  /** A message as it is known, if it is. */
  message(id: string): (Revised & Record<string, unknown>) | null;
  /** The reactions to a message: those of the answer with what was told of them while it travelled. */
  reactions?<G extends ReactionGroup>(id: string, answered: readonly G[]): readonly G[];
}

/**
 * An answer may be older than an edit that was heard of live while it travelled, or than reactions. This gives back the
 * answer with every message that is known in a higher revision replaced, field by field, by what is known.
 */
export function keepNewer<T>(answer: T, known: KnownMessages): T {
  if (Array.isArray(answer)) return answer.map((item) => keepNewer(item, known)) as T;
  if (typeof answer !== "object" || answer === null) return answer;
  const { id } = answer as { id?: string };
  const newer = isRevised(answer) ? known.message(answer.id) : null;
  const stale = newer && newer.revision > (answer as unknown as Revised).revision;
  return Object.fromEntries(
    Object.entries(answer).map(([field, value]) => {
      if (field === "reactionGroups" && id) return [field, known.reactions?.(id, value) ?? value];
      return [field, stale && field in newer && !isNested(value) ? newer[field] : keepNewer(value, known)];
    }),
  ) as T;
}
