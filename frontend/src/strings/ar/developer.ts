import type { Strings } from "../en";

/** Words for the developer panel, in Arabic. */
export const developer: Strings["developer"] = {
  developer: "لوحة المطوّر",
  instance: "النسخة العاملة",
  anyInstance: "أيّ منها",
  instanceHint: "التثبيت يعيد تحميل الصفحة. يعمل حيث يسمح موزّع الأحمال بذلك.",
  positions: "مواضع الخلاصات",
  dropConnection: "قطع الاتصال",
  connectionState: "الاتصال",
};
