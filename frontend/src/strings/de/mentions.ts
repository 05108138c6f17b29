import type { Strings } from "../en";
import { isolatedFromLeftToRight as own } from "../isolated";
import { number } from "./number";

/** Words for mentions: people called by name in messages, in German. */
export const mentions: Strings["mentions"] = {
  mentions: "Erwähnungen",
  mentionsYou: (message) => `${own(message)}, erwähnt dich`,
  ofYouCount: (count) => (count === 1 ? "1 Erwähnung von dir" : `${number(count)} Erwähnungen von dir`),
  peopleToMention: "Wen du erwähnen kannst",
  everyone: "Alle in diesem Chat",
  offeredCount: (count) =>
    count === 1 ? "1 Name. Enter übernimmt ihn." : `${number(count)} Namen. Wähle mit den Pfeiltasten.`,
  staysText: (names) =>
    names.length === 1
      ? `${own(names[0]!)} bleibt Text: In diesem Chat hat niemand diesen Benutzernamen.`
      : `${names.map(own).join(", ")} bleiben Text: In diesem Chat hat niemand diese Benutzernamen.`,
  notifyTitle: (count) => `${number(count)} Teilnehmende benachrichtigen?`,
  notifyText: "Alle in diesem Chat werden zu dieser Nachricht gerufen.",
  notify: "Alle benachrichtigen",
  someoneMentionedYou: (name, text) => `${own(name)} hat dich erwähnt: ${own(text)}`,
  noMentions: "Noch hat dich niemand erwähnt",
  noMentionsHint: "Hier stehen die Nachrichten, die dich oder alle in einem Chat nennen.",
};
