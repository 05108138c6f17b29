import type { Strings } from "../en";
import { counted, MINUTES, SECONDS } from "./counted";

/** Words for what went wrong, and why a service refused, in Arabic. */
export const errors: Strings["errors"] = {
  tooManyAttempts: (seconds) => {
    const wait = seconds > 90 ? counted(Math.ceil(seconds / 60), MINUTES) : counted(seconds, SECONDS);
    return `محاولات كثيرة. حاول مرة أخرى بعد ${wait}.`;
  },
  error: {
    UNAUTHENTICATED: "يُرجى تسجيل الدخول من جديد.",
    FORBIDDEN: "لا يُسمح لك بذلك.",
    NOT_FOUND: "لم يعد موجودًا.",
    BAD_USER_INPUT: "لم تفهم الخدمة هذا الطلب. أعد تحميل الصفحة وحاول مرة أخرى.",
    CONFLICT: "تغيّر في هذه الأثناء. اطّلع على أحدث نسخة وحاول مرة أخرى.",
    RATE_LIMITED: "محاولات كثيرة. انتظر قليلًا ثم حاول مرة أخرى.",
    UNAVAILABLE: "تعذّر الوصول إلى الخدمة. حاول بعد لحظات.",
    INTERNAL: "حدث خطأ لدينا. حاول بعد لحظات.",
    NETWORK: "لا يوجد اتصال. تحقّق من الشبكة وحاول مرة أخرى.",
  },
  reason: {
    ADMINS_ONLY: "لا يُسمح بذلك إلا للمالك أو للمشرف.",
    CHANGED_MEANWHILE: "تغيّر في هذه الأثناء. اطّلع على أحدث نسخة وأعد تعديلك.",
    CHARACTER_NOT_ALLOWED: "لا يُسمح إلا بهذه المحارف: {allowed}",
    CONTAINS_PERSONAL_DATA: "يجب ألا تحتوي على اسم المستخدم أو بريدك الإلكتروني.",
    CONTROL_CHARACTER: "فيه محرف لا يمكن كتابته. اكتبه من جديد بدلًا من لصقه.",
    CURSOR_TOO_OLD: "حدث الكثير في هذه الأثناء. أعد تحميل الصفحة.",
    DIRECT_CHAT: "لا يمكن ذلك في محادثة ثنائية.",
    ID_TAKEN: "استُخدم هذا لشيء آخر من قبل. حاول مرة أخرى.",
    JOIN_FIRST: "انضم إلى المحادثة أولًا.",
    LAST_OWNER: "عيّن مالكًا آخر أولًا.",
    LEAVE_INSTEAD: "لا يمكنك إزالة نفسك. غادر المحادثة بدلًا من ذلك.",
    MENTION_ALL_NOT_ALLOWED:
      "في محادثة يزيد عدد من فيها على {people}، لا يُسمح بالإشارة إلى الجميع إلا للمالك أو للمشرف.",
    MENTION_ALL_TOO_OFTEN: "أُشير إلى الجميع قبل أقل من دقيقة. حاول لاحقًا.",
    MESSAGE_REMOVED: "حُذفت الرسالة.",
    NOTHING_VISIBLE: "أدخل محرفًا ظاهرًا واحدًا على الأقل.",
    NOT_AN_EMOJI: "اختر رمزًا تعبيريًا واحدًا.",
    NOT_AN_EMAIL_ADDRESS: "أدخل عنوان بريد إلكتروني، مثل ada@example.org.",
    NOT_A_CURSOR: "تغيّرت القائمة. أعد تحميل الصفحة.",
    NOT_A_UUID: "هذه النسخة من الصفحة قديمة. أعد تحميلها.",
    NOT_PUBLIC: "لا يمكن الانضمام إلا إلى المحادثات العامة.",
    NOT_THE_AUTHOR: "لا يُسمح بذلك إلا لكاتب الرسالة.",
    NOT_TOGETHER_WITH: "لا يمكن الجمع بينه وبين {other}.",
    ONE_OTHER_PERSON: "اختر شخصًا واحدًا آخر فقط.",
    OUT_OF_RANGE: "يجب أن يكون بين {min} و{max}.",
    OWNERS_ONLY: "لا يُسمح بذلك إلا للمالك.",
    REACTIONS_NOT_ALLOWED: "التفاعلات متوقفة في هذه المحادثة.",
    REQUIRED: "املأ هذا الحقل.",
    TAKEN: "هذا محجوز. اختر غيره.",
    THREADS_NOT_ALLOWED: "سلاسل الردود متوقفة في هذه المحادثة.",
    TOO_EASY_TO_GUESS: "يسهل تخمينها. أضف كلمة أو كلمتين.",
    TOO_FEW: "الحد الأدنى للاختيار: {min}.",
    TOO_LONG: "الحد الأقصى لعدد المحارف: {max}.",
    TOO_MANY: "الحد الأقصى للاختيار: {max}.",
    TOO_MANY_FOLLOWED_THREADS: "الحد الأقصى لعدد السلاسل التي تتابعها في محادثة: {max}. ألغِ متابعة إحداها أولًا.",
    TOO_MANY_PINNED_MESSAGES: "الحد الأقصى لعدد الرسائل المثبتة في محادثة: {max}. ألغِ تثبيت إحداها أولًا.",
    TOO_MANY_MENTIONS: "الحد الأقصى لمن تشير إليهم رسالة: {max}.",
    TOO_MANY_REACTIONS: "الحد الأقصى للتفاعلات المختلفة على رسالة: {max}. اختر تفاعلًا موجودًا.",
    TOO_SHORT: "الحد الأدنى لعدد المحارف: {min}.",
    WRONG_PASSWORD: "ليست هذه كلمة مرورك الحالية.",
  },
};
