/** Dates, times and numbers in the words of a language. */
export interface Format {
  /** `5 minutes ago`, `in 60 days`; beyond 30 days the date, unless it is only the distance that counts. */
  relative(time: string | Date, options?: { always?: boolean }): string;
  /** `21 Feb 2027`. */
  date(time: string | Date): string;
  /** `Sunday, 21 February 2027 at 14:00`. */
  exact(time: string | Date): string;
  list(items: readonly string[]): string;
}

const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const RELATIVE_DAYS_MAX = 30;
const NOW_S = 45;

/** For tests, which have a clock of their own. */
export type Clock = () => number;

export function formatIn(locale: string, clock: Clock = Date.now): Format {
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "always", style: "short" });
  const word = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const date = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short" });
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  return {
    relative(time, { always = false } = {}) {
      const seconds = (new Date(time).getTime() - clock()) / 1000;
      const size = Math.abs(seconds);
      if (size > RELATIVE_DAYS_MAX * 86_400 && !always) {
        return date.format(new Date(time));
      }
      if (size < NOW_S) {
        return word.format(0, "second");
      }
      const [unit, length] = UNITS.find(([, atLeast]) => size >= atLeast) ?? ["minute", 60];
      return relative.format(Math.sign(seconds) * Math.max(1, Math.round(size / length)), unit);
    },
    date: (time) => date.format(new Date(time)),
    exact: (time) => exact.format(new Date(time)),
    list: (items) => list.format(items),
  };
}

/** That of the page where it speaks the language of the texts, so that Britain gets its dates; else that of the texts. */
export function localeFor(language: string, preferred: readonly string[] = navigator.languages): string {
  return preferred.find((tag) => tag === language || tag.startsWith(`${language}-`)) ?? language;
}
