import type { KeyboardEvent, RefObject } from "react";

/** The list of names beside a field: which it is, and the name in it that the next Enter takes. */
export interface Completion {
  listId: string;
  optionId: string;
}

/** What the field in which somebody writes gives to the help, and gets from it. */
export interface MentionHelpProps {
  chatId: string;
  text: string;
  caret: number;
  /** Whether somebody writes there now. */
  focused: boolean;
  /** How many take part; none where nobody mentions everyone, as in a chat of two. */
  people: number;
  /** Whether the writer is an owner or an admin. */
  leads: boolean;
  /** The names of an edited message that mean somebody already. */
  kept: readonly string[];
  /** Asked with each key that is pressed in the field: whether it was for the list. */
  keys: RefObject<((event: KeyboardEvent) => boolean) | null>;
  onCompletion(completion: Completion | undefined): void;
  /** Puts a name where one was being written. */
  onTake(name: string, place: { start: number; end: number }): void;
}
