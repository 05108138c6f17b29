/** What the list of messages does by itself. */
type OfList = "jumpTo" | "revisions";

/** What the list is told to do with a message. */
export type GivenActions = Omit<MessageActions, OfList>;

/** What whoever may pin the messages of a chat does with one of them. */
export interface Pinning {
  /** Whether it is pinned, as far as that is known. */
  isPinned(id: string): boolean;
  /** Pins it, or unpins it. */
  set(id: string, pinned: boolean): void;
}

/** What can be done with a message that is shown, by its id. */
export interface MessageActions {
  reply(id: string): void;
  edit(id: string): void;
  remove(id: string, how: { keyboard: boolean }): void;
  details(id: string): void;
  /** Marks the chat as unread from the message with this number on. None in a thread. */
  markUnread: ((number: number) => void) | undefined;
  /** None for who may not pin. */
  pinning: Pinning | undefined;
  jumpTo(id: string): void;
  /** Shows what a message said before it was edited. */
  revisions(id: string): void;
  /** Shows the thread of a message; at one of its replies, if one is meant. */
  openThread(rootId: string, at?: string): void;
  /** Reacts with an emoji as it was chosen, or takes that back. */
  react(id: string, variant: string): void;
  /** Joins those who reacted with an emoji, or leaves them. */
  toggleReaction(id: string, emoji: string): void;
  /** Shows who reacted; with that emoji first, if one is meant. */
  whoReacted(id: string, emoji?: string): void;
}
