/** Times in the reader's zone and language. */
function formatsFor(locale: string | undefined) {
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const twelve = format({ hour: "numeric" }).resolvedOptions().hour12;
  return {
    // 09:05, but 9:05 AM.
    clock: format({ hour: twelve ? "numeric" : "2-digit", minute: "2-digit" }),
    weekday: format({ weekday: "short" }),
    shortDate: format({ day: "numeric", month: "short" }),
    longDate: format({ weekday: "long", day: "numeric", month: "long" }),
    yearDate: format({ day: "numeric", month: "long", year: "numeric" }),
    dayAndClock: format({
      weekday: "short",
      day: "numeric",
      month: "short",
      hour: twelve ? "numeric" : "2-digit",
      minute: "2-digit",
    }),
    full: format({ dateStyle: "medium", timeStyle: "short" }),
  };
}

let formats = formatsFor(undefined);

/** Writes times as that language does from now on. */
export function setTimeLocale(locale: string): void {
  formats = formatsFor(locale);
}

const DAY_MS = 86_400_000;

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** Whole calendar days between two moments, as the reader's calendar counts them. */
function daysBefore(date: Date, now: Date): number {
  return Math.round((startOfDay(now) - startOfDay(date)) / DAY_MS);
}

export function clockTime(iso: string): string {
  return formats.clock.format(new Date(iso));
}

/** A moment within a sentence: the time, with its day unless that is today. */
export function momentTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  if (daysBefore(date, now) === 0) return formats.clock.format(date);
  return date.getFullYear() === now.getFullYear() ? formats.dayAndClock.format(date) : formats.full.format(date);
}

export function fullTime(iso: string): string {
  return formats.full.format(new Date(iso));
}

/** As short as a list allows: today the time, this week the day, else the date. */
export function briefTime(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const days = daysBefore(date, now);
  if (days <= 0) return formats.clock.format(date);
  if (days < 7) return formats.weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? formats.shortDate.format(date) : formats.yearDate.format(date);
}

/** A day's name, or undefined for today and yesterday, for which a language has words. */
export function dayName(iso: string, now = new Date()): { days: number; name: string } {
  const date = new Date(iso);
  const format = date.getFullYear() === now.getFullYear() ? formats.longDate : formats.yearDate;
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
