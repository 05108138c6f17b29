import type { Strings } from "../en";
import { isolated as own } from "../isolated";

/** Words for the page as a whole, in Arabic. */
export const app: Strings["app"] = {
  appName: "Antiphon",
  tabTitle: (unread, page) =>
    `${unread > 0 ? `(${unread > 999 ? "999+" : unread}) ` : ""}${page ? `${own(page)} – ` : ""}Antiphon`,
  tagline: "كل رسالة تصل. مرة واحدة، وبترتيبها.",
  pageGone: "لا توجد صفحة كهذه",
  pageFailed: "تعذّر عرض هذه الصفحة",
  noFilesYet: "لا يمكن إرسال الملفات بعد.",
  newVersion: "يتوفر إصدار جديد",
  reload: "إعادة التحميل",
};
