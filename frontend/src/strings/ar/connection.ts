import type { Strings } from "../en";
import { isolated as own } from "../isolated";

/** Words for how current what is seen is, in Arabic. */
export const connection: Strings["connection"] = {
  catchingUp: "جارٍ جلب ما فاتك…",
  offline: "لا اتصال. ما تكتبه يُرسل حين تعود الشبكة.",
  reconnecting: "جارٍ إعادة الاتصال…",
  failing: {
    users: "الملفات الشخصية وتسجيل الدخول لا تعمل الآن. تجري المحاولة من جديد…",
    sender: "لا يمكن إرسال الرسائل والتعديلات الآن. تجري المحاولة من جديد…",
    receiver: "لا يمكن تحميل المحادثات والرسائل الآن. تجري المحاولة من جديد…",
  },
  storageFull: "لم يبق في هذا المتصفح مكان لهذا الموقع. ما تكتبه يضيع إذا أغلقت هذه النافذة قبل إرساله.",
  sessionNotKept: "هذا المتصفح لا يحفظ شيئًا لهذا الموقع: أنت مسجّل الدخول في هذه النافذة فقط.",
  asOf: (time) => `ترى كل شيء حتى ${own(time)}.`,
};
