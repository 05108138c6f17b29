import { isolatedFromLeftToRight as own } from "../isolated";

/** Words for mentions: people called by name in messages, in English. */
export const mentions = {
  mentions: "Mentions",
  /** After whose message it is, and when it was sent. */
  mentionsYou: (message: string) => `${own(message)}, mentions you`,
  ofYouCount: (count: number) => (count === 1 ? "1 mention of you" : `${count.toLocaleString("en")} mentions of you`),
  peopleToMention: "Participants to mention",
  everyone: "Everyone in this chat",
  offeredCount: (count: number) =>
    count === 1 ? "1 name. Enter takes it." : `${count.toLocaleString("en")} names. Choose with the arrow keys.`,
  staysText: (names: readonly string[]) =>
    names.length === 1
      ? `${own(names[0]!)} stays text: nobody in this chat has that username.`
      : `${names.map(own).join(", ")} stay text: nobody in this chat has these usernames.`,
  notifyTitle: (count: number) => `Notify ${count.toLocaleString("en")} participants?`,
  notifyText: "Everyone in this chat is called to look at this message.",
  notify: "Notify everyone",
  someoneMentionedYou: (name: string, text: string) => `${own(name)} mentioned you: ${own(text)}`,
  noMentions: "Nobody has mentioned you yet",
  noMentionsHint: "Messages that name you, or everyone in a chat, stand here.",
};
