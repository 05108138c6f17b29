import { type FragmentType, unmask } from "@/gql/receiver";
import { MessageMentionsFragmentDoc } from "@/gql/receiver/graphql";
import { EVERYONE } from "./names";

/** A message as far as it mentions somebody. */
export type Mentioning = FragmentType<typeof MessageMentionsFragmentDoc>;

/** A place of a text that names somebody. */
export interface MentionedPlace {
  start: number;
  length: number;
  userId: string;
  username: string;
  displayName: string;
}

/** A name with what begins it. */
const TOKEN = /^@[\p{L}\p{N}_-]+$/u;

/**
 * Where a text names somebody, by what the services have told and nothing else. For a moment that may be about another revision
 * of the text: then a place in which no name stands is none. Whoever is gone is named as it was written.
 */
export function placesIn(text: string, message: Mentioning): MentionedPlace[] {
  return unmask(MessageMentionsFragmentDoc, message).mentions.flatMap(({ start, length, userId, user }) =>
    user && TOKEN.test(text.slice(start, start + length))
      ? [{ start, length, userId, username: user.username, displayName: user.displayName }]
      : [],
  );
}

/** A text with the names of those whom it mentions as they are now, for one line of words. */
export function wordsFor(text: string, message: Mentioning): { start: number; length: number; words: string }[] {
  return placesIn(text, message).map(({ start, length, displayName }) => ({
    start,
    length,
    words: `@${displayName}`,
  }));
}

/** The names by which a text mentions somebody. In an edit they keep meaning whom they meant, whatever those are called by now. */
export function namesKept(text: string, message: Mentioning): string[] {
  const { mentionsAll } = unmask(MessageMentionsFragmentDoc, message);
  const names = placesIn(text, message).map(({ start, length }) => text.slice(start + 1, start + length).toLowerCase());
  return mentionsAll ? [...names, EVERYONE] : names;
}
