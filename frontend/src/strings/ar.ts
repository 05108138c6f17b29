import type { Strings } from "./en";

const rules = new Intl.PluralRules("ar");

/** Digits as everywhere on the page, and names and texts in whatever direction they are written. */
const number = (count: number) => count.toLocaleString("ar-u-nu-latn");
const own = (text: string) => `\u2068${text}\u2069`;

interface Counted {
  one: string;
  two: string;
  /** After 3 to 10, after 11 to 99, and after the hundreds. */
  few: string;
  many: string;
  other: string;
}

/** A number with the form of the noun that it takes. One and two are words of their own. */
function counted(count: number, noun: Counted): string {
  const form = rules.select(count);
  if (form === "one" || form === "two") return noun[form];
  return `${number(count)} ${form === "zero" ? noun.other : noun[form]}`;
}

const CHARACTERS: Counted = { one: "حرف واحد", two: "حرفان", few: "أحرف", many: "حرفًا", other: "حرف" };
const PEOPLE: Counted = { one: "شخص واحد", two: "شخصان", few: "أشخاص", many: "شخصًا", other: "شخص" };
const PARTICIPANTS: Counted = { one: "مشارك واحد", two: "مشاركان", few: "مشاركين", many: "مشاركًا", other: "مشارك" };
const UNREAD: Counted = {
  one: "رسالة واحدة غير مقروءة",
  two: "رسالتان غير مقروءتين",
  few: "رسائل غير مقروءة",
  many: "رسالة غير مقروءة",
  other: "رسالة غير مقروءة",
};
const NEW_MESSAGES: Counted = {
  one: "رسالة جديدة واحدة",
  two: "رسالتان جديدتان",
  few: "رسائل جديدة",
  many: "رسالة جديدة",
  other: "رسالة جديدة",
};

/** Every word that people read, in Arabic. */
export const ar: Strings = {
  appName: "Antiphon",
  tabTitle: (unread) => (unread > 0 ? `(${unread > 999 ? "999+" : unread}) Antiphon` : "Antiphon"),
  tagline: "كل رسالة تصل. مرة واحدة، وبترتيبها.",

  signIn: "تسجيل الدخول",
  signUp: "إنشاء حساب",
  signOut: "تسجيل الخروج",
  noAccountYet: "جديد هنا؟",
  haveAccount: "لديك حساب بالفعل؟",
  email: "البريد الإلكتروني",
  username: "اسم المستخدم",
  usernameHint: "من 3 إلى 50 حرفًا لاتينيًا أو رقمًا أو _ أو -. به يجدك الآخرون.",
  emailOrUsername: "البريد الإلكتروني أو اسم المستخدم",
  password: "كلمة المرور",
  passwordHint: "8 أحرف على الأقل، يصعب تخمينها. بضع كلمات تفي بالغرض.",
  displayName: "الاسم",
  displayNameHint: "كما يراه الآخرون. يمكنك تغييره في أي وقت.",
  wrongSignIn: "البريد أو اسم المستخدم لا يطابق كلمة المرور. تحقّق من كليهما وحاول مرة أخرى.",
  signedOutElsewhere: "تم تسجيل خروجك.",

  chats: "المحادثات",
  newChat: "محادثة جديدة",
  switchChat: "الانتقال إلى محادثة",
  switchChatField: "بضعة أحرف من اسمها",
  noSuchChat: "لا محادثة لديك بهذا الاسم.",
  findPublic: "البحث عن محادثات عامة",
  profile: "الملف الشخصي",
  you: "أنت",
  youSaid: (text) => `أنت: ${own(text)}`,
  someoneSaid: (name, text) => `${own(name)}: ${own(text)}`,
  removedMessage: "رسالة محذوفة",
  noMessages: "لا رسائل بعد",
  unread: (count) => counted(count, UNREAD),
  noChats: "هنا تظهر محادثاتك",
  noChatsHint: "ابدأ محادثة مع شخص تعرفه، أو تصفّح المحادثات العامة.",
  chooseChat: "اختر محادثة",
  chooseChatHint: "اختر واحدة من القائمة أو ابدأ محادثة جديدة.",
  listFailed: "تعذّر تحميل محادثاتك. تجري المحاولة من جديد…",
  deletedUser: "حساب محذوف",
  unnamedChat: "محادثة بلا اسم",

  direct: "ثنائية",
  group: "مجموعة",
  publicChat: "عامة",
  chatKind: "نوع المحادثة",
  directHint: "أنتما الاثنان فقط.",
  groupHint: "لا يقرؤها إلا من تمت إضافته.",
  publicHint: "يمكن لأي شخص العثور عليها والانضمام إليها وقراءتها.",
  chatName: "اسم المحادثة",
  description: "الوصف",
  people: "أشخاص",
  findPeople: "البحث عن أشخاص",
  findPeopleHint: "اكتب ثلاثة أحرف على الأقل من الاسم.",
  nobodyFound: (query) => `لم يُعثر على أحد باسم «${own(query)}».`,
  addPerson: (name) => `إضافة ${own(name)}`,
  removePerson: (name) => `إزالة ${own(name)}`,
  startChat: "بدء المحادثة",
  create: "إنشاء",
  cancel: "إلغاء",
  close: "إغلاق",
  back: "العودة إلى المحادثات",
  save: "حفظ",
  saved: "تم الحفظ.",
  join: "انضمام",
  joinToRead: "انضم لتقرأ وتكتب هنا",
  open: "فتح",
  searchPublic: "البحث في المحادثات العامة",
  noPublicChats: "لم يُعثر على محادثات عامة",
  noPublicChatsHint: "جرّب كلمات أخرى، أو أنشئ المحادثة التي تبحث عنها.",
  participantsCount: (count) => counted(count, PARTICIPANTS),
  loadMore: "عرض المزيد",

  pageGone: "لا توجد صفحة كهذه",
  chatGone: "هذه المحادثة غير موجودة",
  chatGoneHint: "ربما حُذفت، أو أنك لا تشارك فيها.",
  youLeft: "لم تعد مشاركًا في هذه المحادثة.",
  details: "تفاصيل المحادثة",
  messages: "الرسائل",
  messageField: "رسالة",
  writeTo: (name) => `رسالة إلى ${own(name)}`,
  send: "إرسال",
  charactersLeft: (count) => `${count >= 0 ? "المتبقي" : "الزيادة"}: ${counted(Math.abs(count), CHARACTERS)}`,
  reply: "رد",
  replyingTo: (name) => `رد على ${own(name)}`,
  cancelReply: "إلغاء الرد",
  edit: "تعديل",
  editing: "تعديل رسالتك",
  cancelEdit: "إلغاء التعديل",
  remove: "حذف",
  messageRemoved: "تم حذف الرسالة.",
  undo: "تراجع",
  notRemoved: "لم تُحذف الرسالة.",
  copy: "نسخ النص",
  copyCode: "نسخ هذه الشيفرة",
  copyShort: "نسخ",
  copied: "تم النسخ",
  edited: "معدّلة",
  messageDetails: "تفاصيل الرسالة",
  sentAt: "أُرسلت",
  editedAt: "عُدّلت",
  readByCount: (count) => (count === 0 ? "لم يقرأها أحد بعد" : `قرأها ${counted(count, PEOPLE)}`),
  notReadByCount: (count) => `لم يقرأها بعد ${counted(count, PEOPLE)}`,
  readersFailed: "تعذّر تحميل الجميع. أغلق هذه النافذة وحاول مرة أخرى.",
  emoji: "رموز تعبيرية",
  emojiRecent: "المستخدمة مؤخرًا",
  emojiGroup: {
    faces: "وجوه",
    people: "أشخاص وأيدٍ",
    nature: "حيوانات وطبيعة",
    food: "طعام وشراب",
    things: "أنشطة وأشياء",
    signs: "رموز",
  },
  moreFor: (name) => `إجراءات رسالة ${own(name)}`,
  jumpToQuoted: (name) => `الانتقال إلى رسالة ${own(name)}`,
  newMessages: "رسائل جديدة",
  jumpToNewest: "الانتقال إلى أحدث رسالة",
  jumpToNewestCount: (count) => `الانتقال إلى أحدث رسالة، ${counted(count, NEW_MESSAGES)}`,
  today: "اليوم",
  yesterday: "أمس",
  sending: "جارٍ الإرسال",
  waitingForNetwork: "في انتظار الشبكة",
  sent: "أُرسلت",
  read: "قُرئت",
  readBy: (count) => `قرأها ${counted(count, PEOPLE)}`,
  notSent: "لم تُرسل.",
  tryAgain: "إعادة المحاولة",
  discard: "تجاهل",
  startOfChat: "هنا البداية",
  startOfChatHint: "قل مرحبًا: الرسالة الأولى لك.",
  loadingOlder: "جارٍ تحميل الرسائل السابقة",
  messagesFailed: "تعذّر تحميل الرسائل.",
  announced: (name, text) => `${own(name)}: ${own(text)}`,
  typing: (names) => {
    const [first = "", second = ""] = names;
    if (names.length === 1) return `${own(first)} يكتب الآن…`;
    if (names.length === 2) return `${own(first)} و${own(second)} يكتبان الآن…`;
    return "عدة أشخاص يكتبون الآن…";
  },

  owner: "المالك",
  admin: "مشرف",
  member: "عضو",
  rename: "إعادة تسمية",
  addPeople: "إضافة أشخاص",
  makeAdmin: "تعيين مشرفًا",
  makeMember: "تعيين عضوًا",
  makeOwner: "نقل الملكية إليه",
  removeFromChat: "إزالة من المحادثة",
  removeFromChatText: (name) => `لن تظهر هذه المحادثة لدى ${own(name)} بعد الآن.`,
  actionsFor: (name) => `إجراءات ${own(name)}`,
  leave: "مغادرة المحادثة",
  leaveTitle: "هل تريد مغادرة هذه المحادثة؟",
  leaveText: "لن ترى رسائلها بعد الآن.",
  deleteChat: "حذف المحادثة",
  deleteChatTitle: "هل تريد حذف هذه المحادثة؟",
  deleteChatText: "ستختفي لدى الجميع بكل رسائلها. لا يمكن التراجع عن ذلك.",

  account: "الحساب",
  about: "نبذة عنك",
  changeUsername: "تغيير اسم المستخدم",
  usernameChangeHint: "يبقى اسمك القديم محجوزًا لك 30 يومًا.",
  changePassword: "تغيير كلمة المرور",
  currentPassword: "كلمة المرور الحالية",
  newPassword: "كلمة المرور الجديدة",
  passwordChanged: "تم تغيير كلمة المرور. سُجّل الخروج من جلساتك الأخرى.",
  wrongPassword: "ليست هذه كلمة مرورك الحالية.",
  profileConflict: "تغيّر ملفك الشخصي على جهاز آخر. هذه أحدث نسخة منه؛ يُرجى إعادة تعديلك.",
  sessions: "الأجهزة المسجّل دخولها",
  thisDevice: "هذا الجهاز",
  lastUsed: (when) => `آخر استخدام ${own(when)}`,
  revoke: "تسجيل الخروج",
  revokeSession: (name) => `تسجيل خروج ${own(name)}`,
  language: "اللغة",
  languageHint: "على هذا الجهاز.",

  pinChat: "تثبيت في أعلى القائمة",
  pinned: "مثبّتة",
  muteChat: "كتم",
  muteHint: "بلا إشعار ولا صوت، ولا تُحسب في عنوان التبويب.",
  muted: "مكتومة",
  keptHere: "يُحفظ لحسابك على هذا الجهاز فقط. أجهزتك الأخرى لا تعلم به.",
  notifications: "الإشعارات",
  notify: "عرض الإشعارات",
  notifyHint: "عندما تصل رسالة وهذا التبويب في الخلفية.",
  notifyRefused: "متصفحك لا يسمح بذلك. يمكنك تغييره في إعداداته لهذا الموقع.",
  playSound: "تشغيل صوت",
  playSoundHint: "نغمتان خافتتان، في الخلفية فقط أيضًا.",
  newMessagesCount: (count) => counted(count, NEW_MESSAGES),

  live: "متصل",
  catchingUp: "جارٍ جلب ما فاتك…",
  offline: "لا اتصال. ما تكتبه يُرسل حين تعود الشبكة.",
  reconnecting: "جارٍ إعادة الاتصال…",
  asOf: (time) => `ترى كل شيء حتى ${time}.`,
  newVersion: "يتوفر إصدار جديد",
  reload: "إعادة التحميل",

  developer: "لوحة المطوّر",
  instance: "النسخة العاملة",
  anyInstance: "أيّ منها",
  instanceHint: "التثبيت يعيد تحميل الصفحة. يعمل حيث يسمح موزّع الأحمال بذلك.",
  answeredBy: "أجاب",
  positions: "مواضع الخلاصات",
  dropConnection: "قطع الاتصال",
  connectionState: "الاتصال",

  error: {
    UNAUTHENTICATED: "يُرجى تسجيل الدخول من جديد.",
    FORBIDDEN: "لا يُسمح لك بذلك.",
    NOT_FOUND: "لم يعد موجودًا.",
    BAD_USER_INPUT: "فيه ما لا يُقبل.",
    CONFLICT: "تغيّر في هذه الأثناء، أو أنه محجوز.",
    RATE_LIMITED: "محاولات كثيرة. انتظر قليلًا ثم حاول مرة أخرى.",
    UNAVAILABLE: "تعذّر الوصول إلى الخدمة. حاول بعد لحظات.",
    INTERNAL: "حدث خطأ لدينا. حاول بعد لحظات.",
    NETWORK: "لا يوجد اتصال. تحقّق من الشبكة وحاول مرة أخرى.",
  },
};
