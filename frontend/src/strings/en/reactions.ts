import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for reactions to messages, in English. */
export const reactions = {
  reactions: "Reactions",
  react: "React",
  /** With an emoji, and what it is called. */
  reactWith: (emoji: string) => `React with ${own(emoji)}`,
  moreEmoji: "More emoji",
  count: (count: number) => count.toLocaleString("en"),
  countOf: (count: number) => (count === 1 ? "1 reaction" : `${count.toLocaleString("en")} reactions`),
  /** An emoji with what it is called, and how many reactions there are. */
  group: (emoji: string, counted: string, mine: boolean) =>
    `${own(emoji)}, ${own(counted)}${mine ? ", including yours" : ""}`,
  whoReacted: "Who reacted",
  whoFailed: "Not all reactions could be loaded.",
  notSaved: (emoji: string) => `Your reaction ${own(emoji)} was not saved.`,
};
