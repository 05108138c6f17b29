import type { Strings } from "../en";
import { isolated as own } from "../isolated";
import { counted, MENTIONS, NAMES, PARTICIPANTS } from "./counted";

/** Words for mentions: people called by name in messages, in Arabic. */
export const mentions: Strings["mentions"] = {
  mentions: "الإشارات",
  mentionsYou: (message) => `${own(message)}، تشير إليك`,
  ofYouCount: (count) => counted(count, MENTIONS),
  peopleToMention: "من يمكن الإشارة إليهم",
  everyone: "كل من في هذه المحادثة",
  offeredCount: (count) => `${counted(count, NAMES)}. اختر بالأسهم.`,
  staysText: (names) =>
    names.length === 1
      ? `يبقى ${own(names[0]!)} نصًا: لا أحد في هذه المحادثة له اسم المستخدم هذا.`
      : `تبقى ${names.map(own).join("، ")} نصًا: لا أحد في هذه المحادثة له أسماء المستخدم هذه.`,
  notifyTitle: (count) => `هل تُشعر الجميع؟ ${counted(count, PARTICIPANTS)}`,
  notifyText: "يُدعى كل من في هذه المحادثة إلى هذه الرسالة.",
  notify: "إشعار الجميع",
  someoneMentionedYou: (name, text) => `أشار إليك ${own(name)}: ${own(text)}`,
  noMentions: "لم يُشر إليك أحد بعد",
  noMentionsHint: "تظهر هنا الرسائل التي تذكرك أو تذكر كل من في محادثة.",
};
