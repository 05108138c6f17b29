const rules = new Intl.PluralRules("ar");

/** Digits as everywhere on the page. */
export const number = (count: number) => count.toLocaleString("ar-u-nu-latn");

export interface Counted {
  one: string;
  two: string;
  /** After 3 to 10, after 11 to 99, and after the hundreds. */
  few: string;
  many: string;
  other: string;
}

/** A number with the form of the noun that it takes. One and two are words of their own. */
export function counted(count: number, noun: Counted): string {
  const form = rules.select(count);
  if (form === "one" || form === "two") return noun[form];
  return `${number(count)} ${form === "zero" ? noun.other : noun[form]}`;
}

export const CHARACTERS: Counted = { one: "حرف واحد", two: "حرفان", few: "أحرف", many: "حرفًا", other: "حرف" };
export const MESSAGES: Counted = { one: "رسالة واحدة", two: "رسالتان", few: "رسائل", many: "رسالة", other: "رسالة" };
export const CHANGES: Counted = { one: "تعديل واحد", two: "تعديلان", few: "تعديلات", many: "تعديلًا", other: "تعديل" };
export const DRAFTS: Counted = { one: "مسودة واحدة", two: "مسودتان", few: "مسودات", many: "مسودة", other: "مسودة" };
export const PARTICIPANTS: Counted = {
  one: "مشارك واحد",
  two: "مشاركان",
  few: "مشاركين",
  many: "مشاركًا",
  other: "مشارك",
};
export const UNREAD: Counted = {
  one: "رسالة واحدة غير مقروءة",
  two: "رسالتان غير مقروءتين",
  few: "رسائل غير مقروءة",
  many: "رسالة غير مقروءة",
  other: "رسالة غير مقروءة",
};
export const REPLIES: Counted = { one: "رد واحد", two: "ردان", few: "ردود", many: "ردًا", other: "رد" };
export const FOLDED_REPLIES: Counted = {
  one: "رد واحد في سلسلة",
  two: "ردان في السلاسل",
  few: "ردود في السلاسل",
  many: "ردًا في السلاسل",
  other: "رد في السلاسل",
};
export const THREADS_WITH_UNREAD: Counted = {
  one: "سلسلة واحدة فيها ردود غير مقروءة",
  two: "سلسلتان فيهما ردود غير مقروءة",
  few: "سلاسل فيها ردود غير مقروءة",
  many: "سلسلة فيها ردود غير مقروءة",
  other: "سلسلة فيها ردود غير مقروءة",
};
export const SECONDS: Counted = { one: "ثانية واحدة", two: "ثانيتين", few: "ثوانٍ", many: "ثانية", other: "ثانية" };
export const MINUTES: Counted = { one: "دقيقة واحدة", two: "دقيقتين", few: "دقائق", many: "دقيقة", other: "دقيقة" };
export const NEW_MESSAGES: Counted = {
  one: "رسالة جديدة واحدة",
  two: "رسالتان جديدتان",
  few: "رسائل جديدة",
  many: "رسالة جديدة",
  other: "رسالة جديدة",
};
