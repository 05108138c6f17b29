import type { Reason } from "@/api/errors";

/** Words for what went wrong, and why a service refused, in English. */
export const errors = {
  tooManyAttempts: (seconds: number) => {
    if (seconds > 90) return `Too many attempts. Try again in ${Math.ceil(seconds / 60)} minutes.`;
    return `Too many attempts. Try again in ${seconds === 1 ? "1 second" : `${seconds} seconds`}.`;
  },
  error: {
    UNAUTHENTICATED: "Please sign in again.",
    FORBIDDEN: "You are not allowed to do that.",
    NOT_FOUND: "It no longer exists.",
    BAD_USER_INPUT: "The service did not understand this. Reload the page and try again.",
    CONFLICT: "It has changed meanwhile. Look at the newest version and try again.",
    RATE_LIMITED: "Too many attempts. Wait a little and try again.",
    UNAVAILABLE: "The service cannot be reached. Try again in a moment.",
    INTERNAL: "Something went wrong on our side. Try again in a moment.",
    NETWORK: "There is no connection. Check the network and try again.",
  },
  /** Why a service refused, one sentence for each reason of `shared-schema/reasons.json`. */
  reason: {
    ADMINS_ONLY: "Only an owner or an admin may do this.",
    CHANGED_MEANWHILE: "It has changed meanwhile. Look at the newest version and repeat your change.",
    CHARACTER_NOT_ALLOWED: "Only these characters are allowed: {allowed}",
    CONTAINS_PERSONAL_DATA: "It must not contain your username or e-mail address.",
    CONTROL_CHARACTER: "It contains a character that cannot be typed. Type it anew instead of pasting it.",
    CURSOR_TOO_OLD: "Too much has happened meanwhile. Reload the page.",
    DIRECT_CHAT: "This is not possible in a direct chat.",
    ID_TAKEN: "This was already used for something else. Try again.",
    JOIN_FIRST: "Join the chat first.",
    LAST_OWNER: "Make someone else an owner first.",
    LEAVE_INSTEAD: "You cannot remove yourself. Leave the chat instead.",
    MENTION_ALL_NOT_ALLOWED:
      "In a chat with more than {people} participants, only an owner or an admin may mention everyone.",
    MENTION_ALL_TOO_OFTEN: "Everyone was mentioned less than a minute ago. Try again later.",
    MESSAGE_REMOVED: "The message has been removed.",
    NOTHING_VISIBLE: "Enter at least one visible character.",
    NOT_AN_EMOJI: "Choose a single emoji.",
    NOT_AN_EMAIL_ADDRESS: "Enter an e-mail address, such as ada@example.org.",
    NOT_A_CURSOR: "The list has changed. Reload the page.",
    NOT_A_UUID: "This version of the page is out of date. Reload it.",
    NOT_PUBLIC: "Only public chats can be joined.",
    NOT_THE_AUTHOR: "Only the author of a message may do this.",
    NOT_TOGETHER_WITH: "It cannot be combined with {other}.",
    ONE_OTHER_PERSON: "Choose exactly one other person.",
    OUT_OF_RANGE: "It must be between {min} and {max}.",
    OWNERS_ONLY: "Only an owner may do this.",
    REACTIONS_NOT_ALLOWED: "Reactions are turned off in this chat.",
    REQUIRED: "Fill this in.",
    TAKEN: "It is already taken. Choose another one.",
    THREADS_NOT_ALLOWED: "Threads are turned off in this chat.",
    TOO_EASY_TO_GUESS: "It is too easy to guess. Add another word or two.",
    TOO_FEW: "Choose at least {min}.",
    TOO_LONG: "At most {max} characters.",
    TOO_MANY: "Choose at most {max}.",
    TOO_MANY_FOLLOWED_THREADS: "You can follow at most {max} threads of a chat. Stop following one first.",
    TOO_MANY_PINNED_MESSAGES: "A chat can have at most {max} pinned messages. Unpin one first.",
    TOO_MANY_MENTIONS: "A message can mention at most {max} participants.",
    TOO_MANY_REACTIONS: "A message can have at most {max} different reactions. Join one that is there.",
    TOO_SHORT: "At least {min} characters.",
    WRONG_PASSWORD: "That is not your current password.",
  } satisfies Record<Reason, string>,
};
