import type { Strings } from "../en";
import { isolated as own } from "../isolated";
import { counted, MESSAGES, SECONDS } from "./counted";

/** Words for the search in chats, people and messages, in Arabic. */
export const search: Strings["search"] = {
  search: "بحث",
  searchHere: "البحث في هذه المحادثة",
  field: "محادثات وأشخاص ورسائل",
  found: "النتائج",
  people: "الأشخاص",
  messages: "الرسائل",
  narrow: "ابحث في الرسائل باستخدام",
  onlyIn: (name) => `في ${own(name)} فقط`,
  goOn: (time) => `بُحث حتى ${own(time)}. متابعة`,
  searching: "جارٍ البحث…",
  nothing: "لم يُعثر على رسالة.",
  nothingBackTo: (time) => `لم يُعثر على رسالة حتى ${own(time)}.`,
  messagesFound: (count) => counted(count, MESSAGES),
  messagesSoFar: (count) => `${counted(count, MESSAGES)} حتى الآن`,
  limited: (seconds) => `تبحث أسرع من المسموح. يُستأنف البحث بعد ${counted(seconds, SECONDS)}.`,
  offlineHint: "لا اتصال. يجري البحث في محادثاتك فقط؛ أما الأشخاص والرسائل فتحتاج إلى الشبكة.",
  keysHint: "↑ ↓ للاختيار، وEnter للفتح، وEsc للإغلاق. واضغط ? في مكان آخر لعرض كل الاختصارات.",
  operators: {
    from: { example: "from:@ada", meaning: "كتبها شخص واحد؛ وfrom:me ما كتبته أنت" },
    in: { example: "in:#choir", meaning: "في المحادثة بهذا الاسم؛ وin:@ada مع شخص واحد" },
    link: { example: "has:link", meaning: "فيها رابط. لا توجد صور ولا ملفات بعد" },
    mentions: { example: "mentions:me", meaning: "تذكرك" },
    before: { example: "before:2026-01-31", meaning: "أقدم من ذلك اليوم" },
    after: { example: "after:2026-01-31", meaning: "أحدث من ذلك اليوم" },
    on: { example: "on:2026-01-31", meaning: "من ذلك اليوم" },
    phrase: { example: '"صباح الخير" جميعًا', meaning: "الكلمات بين علامتي التنصيص متجاورة" },
    without: { example: "-lamp", meaning: "بلا تلك الكلمة" },
  },
};
