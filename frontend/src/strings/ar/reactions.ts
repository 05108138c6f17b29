import type { Strings } from "../en";
import { isolated as own } from "../isolated";
import { number } from "./counted";

/** Words for reactions to messages, in Arabic. */
export const reactions: Strings["reactions"] = {
  reactions: "التفاعلات",
  react: "تفاعل",
  reactWith: (emoji) => `التفاعل بالرمز ${own(emoji)}`,
  moreEmoji: "رموز تعبيرية أخرى",
  count: (count) => number(count),
  // The number as it is shown: one and two would be words.
  countOf: (count) => `عدد التفاعلات: ${number(count)}`,
  group: (emoji, counted, mine) => `${own(emoji)}، ${own(counted)}${mine ? "، منها تفاعلك" : ""}`,
  whoReacted: "من تفاعل",
  whoFailed: "تعذّر تحميل كل التفاعلات.",
  notSaved: (emoji) => `لم يُحفظ تفاعلك ${own(emoji)}.`,
};
