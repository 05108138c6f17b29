import type { Strings } from "../en";
import { number } from "./counted";

/** Words for the developer panel, in Arabic. */
export const developer: Strings["developer"] = {
  developer: "لوحة المطوّر",
  instance: "النسخة العاملة",
  anyInstance: "أيّ منها",
  instanceHint: "التثبيت يعيد تحميل الصفحة. يعمل حيث يسمح موزّع الأحمال بذلك.",
  positions: "مواضع الخلاصات",
  dropConnection: "قطع الاتصال",
  connectionState: "الاتصال",
  compare: "مقارنة بالخادم",
  compareHint: "يقارن ما طبّقته هذه الصفحة منذ فتحها بأحداث الخادم.",
  inSync: (count: number) => `متطابق، عدد الأحداث: ${number(count)}`,
  differentFrom: (seq: number) => `مختلف ابتداءً من الحدث ${seq}`,
  comparisonFailed: "تعذّرت المقارنة",
};
