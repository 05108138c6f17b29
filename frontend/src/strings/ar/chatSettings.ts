import type { Strings } from "../en";
import { isolated as own } from "../isolated";

/** Words for what the reader has set for a chat, in Arabic. */
export const chatSettings: Strings["chatSettings"] = {
  allMessages: "كل الرسائل",
  archiveChat: "أرشفة",
  archiveHint: "خارج القائمة حتى تصل رسالة جديدة، وتبقى المحادثة المكتومة في الأرشيف.",
  archivedChats: "الأرشيف",
  forAnHour: "لمدة ساعة",
  forAWeek: "لمدة أسبوع",
  forEightHours: "لمدة 8 ساعات",
  forGood: "حتى أوقفه",
  howLong: "المدة",
  mentions: "الإشارات إليّ فقط",
  muteChat: "كتم",
  muted: "مكتومة",
  muteHint: "بلا إشعار ولا صوت إلا إذا أُشير إليك، ولا تُحسب في عنوان التبويب.",
  nothing: "لا شيء",
  notifyOf: "أشعرني بـ",
  onAllDevices: "على جميع أجهزتك.",
  pinChat: "تثبيت في أعلى القائمة",
  pinned: "مثبّتة",
  unarchive: "إعادة إلى القائمة",
  unmute: "إلغاء الكتم",
  unpin: "إلغاء التثبيت",
  until: (time) => `حتى ${own(time)}`,
  markUnread: "تعليم كغير مقروءة",
  markedUnread: "معلَّمة كغير مقروءة",
  markUnreadHere: "تعليم كغير مقروءة من هنا",
};
