/** Times in the reader's zone and language. */
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const shortDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const longDate = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const yearDate = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

const DAY_MS = 86_400_000;

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Whole calendar days between two moments, as the reader's calendar counts them. */
function daysBefore(date: Date, now: Date): number {
  return Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
}

export function clockTime(iso: string): string {
  return clock.format(new Date(iso));
}

export function fullTime(iso: string): string {
  return full.format(new Date(iso));
}

/** As short as a list allows: today the time, this week the day, else the date. */
export function briefTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBefore(date, now);
  if (days <= 0) return clock.format(date);
  if (days < 7) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? shortDate.format(date) : yearDate.format(date);
}

/** A day's name, or undefined for today and yesterday, for which a language has words. */
export function dayName(iso: string, now = new Date()): { days: number; name: string } {
  const date = new Date(iso);
  const format = date.getFullYear() === now.getFullYear() ? longDate : yearDate;
  return { days: daysBefore(date, now), name: format.format(date) };
}

/** A key that two moments share when they fall on the same day, or the same minute, here. */
export function dayKey(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function minuteKey(iso: string): string {
  return iso.slice(0, 16);
}
