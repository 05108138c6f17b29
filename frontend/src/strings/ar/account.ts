import type { Strings } from "../en";
import { isolated as own } from "../isolated";
import { CHANGES, counted, DRAFTS, MESSAGES } from "./counted";

/** Words for signing in, the account and its sessions, in Arabic. */
export const account: Strings["account"] = {
  signIn: "تسجيل الدخول",
  signUp: "إنشاء حساب",
  signOut: "تسجيل الخروج",
  signOutTitle: "تسجيل الخروج؟",
  signOutLoses: ({ messages, changes, drafts }) => {
    const words = [
      messages > 0 && `لم يُرسل بعد: ${counted(messages, MESSAGES)}.`,
      changes > 0 && `لم يُحفظ بعد: ${counted(changes, CHANGES)}.`,
      drafts > 0 && `لم يُرسل: ${counted(drafts, DRAFTS)}.`,
      "هل تريد تسجيل الخروج والحذف؟",
    ];
    return words.filter(Boolean).join(" ");
  },
  signOutAnyway: "تسجيل الخروج والحذف",
  noAccountYet: "جديد هنا؟",
  haveAccount: "لديك حساب بالفعل؟",
  email: "البريد الإلكتروني",
  username: "اسم المستخدم",
  usernameHint: "من 3 إلى 50 حرفًا لاتينيًا أو رقمًا أو _ أو -. به يجدك الآخرون.",
  emailOrUsername: "البريد الإلكتروني أو اسم المستخدم",
  password: "كلمة المرور",
  passwordHint: "8 أحرف على الأقل، يصعب تخمينها. بضع كلمات تفي بالغرض.",
  displayName: "الاسم",
  displayNameOptional: "الاسم (اختياري)",
  displayNameHint: "كما يراه الآخرون. يمكنك تغييره في أي وقت.",
  showPassword: "إظهار كلمة المرور",
  wrongSignIn: "البريد أو اسم المستخدم لا يطابق كلمة المرور. تحقّق من كليهما وحاول مرة أخرى.",
  profile: "الملف الشخصي",
  account: "الحساب",
  about: "نبذة عنك",
  changeUsername: "تغيير اسم المستخدم",
  usernameChangeHint: "يبقى اسمك القديم محجوزًا لك 30 يومًا.",
  changePassword: "تغيير كلمة المرور",
  currentPassword: "كلمة المرور الحالية",
  newPassword: "كلمة المرور الجديدة",
  passwordChanged: "تم تغيير كلمة المرور. سُجّل الخروج من جلساتك الأخرى.",
  profileConflict: "تغيّر ملفك الشخصي على جهاز آخر. هذه أحدث نسخة منه؛ يُرجى إعادة تعديلك.",
  privacy: "الخصوصية",
  readReceipts: "إشعارات القراءة",
  readReceiptsHint:
    "يرى الآخرون ما قرأته، وترى أنت ما قرؤوه. وعند إيقافها لا يرى أي منكم ذلك. أما وصول الرسائل فيظهر دائمًا.",
  sessions: "الأجهزة المسجّل دخولها",
  thisDevice: "هذا الجهاز",
  lastUsed: (when) => `آخر استخدام ${own(when)}`,
  revoke: "تسجيل الخروج",
  revokeSession: (name) => `تسجيل خروج ${own(name)}`,
  revokeOthers: "تسجيل خروج الأجهزة الأخرى كلها",
  revokeOthersText: "سيكون عليها تسجيل الدخول من جديد بكلمة المرور.",
  closeAccount: "إغلاق الحساب",
  closeAccountHint:
    "يُسجَّل خروجك من كل مكان ولا يمكنك تسجيل الدخول من جديد. يختفي ملفك الشخصي، ويبقى ما كتبته باسم المستخدم. لا يمكن التراجع عن ذلك.",
};
