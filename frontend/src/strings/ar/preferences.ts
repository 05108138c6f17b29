import type { Strings } from "../en";

/** Words for what the reader chooses for this device, in Arabic. */
export const preferences: Strings["preferences"] = {
  language: "اللغة",
  languageHint: "على هذا الجهاز.",
  keptHere: "محفوظ على هذا الجهاز فقط.",
  notifications: "الإشعارات",
  notify: "عرض الإشعارات",
  notifyHint: "عندما تصل رسالة وهذا التبويب في الخلفية.",
  notifyRefused: "متصفحك لا يسمح بذلك. يمكنك تغييره في إعداداته لهذا الموقع.",
  notifyNeedsHttps: "تحتاج الإشعارات إلى اتصال آمن: افتح هذه الصفحة عبر https.",
  playSound: "تشغيل صوت",
  playSoundHint: "نغمتان خافتتان، في الخلفية فقط أيضًا.",
  writing: "الكتابة",
  enterSends: "مفتاح الإدخال يرسل الرسالة",
  enterSendsHint: "وShift+Enter يبدأ سطرًا جديدًا.",
  enterBreaksHint: "يبدأ مفتاح الإدخال سطرًا جديدًا، ويرسل Ctrl+Enter أو الزر.",
  foldReplies: "طي الردود في السلاسل",
  foldRepliesHint: "تُخفي المحادثة الردود في سلاسلها خلف سطر يذكر عددها.",
};
