import type { Strings } from "../en";
import { isolated as own } from "../isolated";

/** Words for what many features have: buttons, keys, the reader, in Arabic. */
export const ui: Strings["ui"] = {
  keyCaps: { control: "Ctrl", shift: "Shift", enter: "Enter" },
  you: "أنت",
  youNamed: (name) => `${own(name)} (أنت)`,
  cancel: "إلغاء",
  close: "إغلاق",
  back: "العودة إلى المحادثات",
  save: "حفظ",
  saved: "تم الحفظ.",
  loadMore: "عرض المزيد",
  remove: "حذف",
  undo: "تراجع",
  copyCode: "نسخ هذه الشيفرة",
  copyShort: "نسخ",
  copied: "تم النسخ",
  notCopied: "لم يسمح متصفحك بالنسخ.",
  tryAgain: "إعادة المحاولة",
};
