// What others may use of this feature.
export {
  completeMentions,
  forgetList as forgetListOfMentions,
  forgetMentions,
  knownMentions,
  policies as mentionPolicies,
} from "./cache";
export { useMentionInserts } from "./hooks/useMentionInserts";
export { ConfirmEveryone, MentionHelp } from "./lazy";
export { live as mentionLive } from "./live";
export type { Completion, MentionHelpProps } from "./model/completion";
export { type Mentioning, namesKept, wordsFor } from "./model/mentioning";
export { mentionsReader } from "./model/mentionsReader";
export { EVERYONE, MANY_PEOPLE, namesIn } from "./model/names";
export { unreadMentions } from "./model/unreadMentions";
