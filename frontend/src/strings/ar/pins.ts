import type { Strings } from "../en";
import { isolated as own } from "../isolated";

/** Words for pinned messages, in Arabic. */
export const pins: Strings["pins"] = {
  pinned: "الرسائل المثبتة",
  pin: "تثبيت الرسالة",
  unpin: "إلغاء تثبيت الرسالة",
  unpinMessageOf: (name) => `إلغاء تثبيت رسالة ${own(name)}`,
  pinnedNow: "ثُبّتت الرسالة.",
  unpinnedNow: "أُلغي تثبيت الرسالة.",
  show: "عرض",
  allCount: (count, more) => `الكل (${count.toLocaleString("ar")}${more ? "+" : ""})`,
  none: "لم تعد هناك رسالة مثبتة.",
};
