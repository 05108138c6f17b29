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

/**
 * An answer may be older than an edit that was heard of live while it travelled. This gives back the answer with every
 * message that is known in a higher revision replaced, field by field, by what is known.
 */
export function keepNewer<T>(answer: T, known: (id: string) => (Revised & Record<string, unknown>) | null): T {
  if (Array.isArray(answer)) return answer.map((item) => keepNewer(item, known)) as T;
  if (typeof answer !== "object" || answer === null) return answer;
  const newer = isRevised(answer) ? known(answer.id) : null;
  const stale = newer && newer.revision > (answer as unknown as Revised).revision;
  return Object.fromEntries(
    Object.entries(answer).map(([field, value]) => [
      field,
      stale && field in newer && !isNested(value) ? newer[field] : keepNewer(value, known),
    ]),
  ) as T;
}
