import type { Strings } from "../en";
import { number } from "./counted";

/** Words for the emoji to choose from, in Arabic. What they are called comes from Unicode. */
export const emoji: Strings["emoji"] = {
  emoji: "رموز تعبيرية",
  search: "البحث في الرموز التعبيرية",
  results: "النتائج",
  found: (count) => `عدد النتائج: ${number(count)}`,
  nothingFound: "لا رمز تعبيري بهذا الاسم.",
  failed: "تعذّر تحميل الرموز التعبيرية.",
  recent: "المستخدمة مؤخرًا",
  group: {
    faces: "وجوه",
    people: "أشخاص وأيدٍ",
    nature: "حيوانات وطبيعة",
    food: "طعام وشراب",
    travel: "سفر وأماكن",
    activities: "أنشطة",
    objects: "أشياء",
    signs: "رموز",
    flags: "أعلام",
  },
  tone: "لون البشرة",
  tones: ["بلا لون", "فاتح", "فاتح متوسط", "متوسط", "داكن متوسط", "داكن"],
};
