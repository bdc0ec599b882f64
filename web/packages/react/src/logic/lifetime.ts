/** How long keys live: presets, what the session allows of them, and the day that follows. */
import type { KeyTerms } from "../session.ts";

export type Unit = "h" | "d" | "y";
/** As the API writes it: `1h`, `90d`, `1y`. */
export interface Span {
  readonly count: number;
  readonly unit: Unit;
}

export type Expiry =
  | { readonly kind: "in"; readonly span: Span }
  /** The last day, as a date field has it: `2027-02-21`. */
  | { readonly kind: "on"; readonly day: string }
  | { readonly kind: "never" };

export interface ExpiryLimits {
  /** Undefined: no limit. */
  readonly max: Span | undefined;
  readonly mayBeNone: boolean;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const UNIT_MS: Readonly<Record<string, number>> = {
  h: HOUR_MS,
  d: DAY_MS,
  w: 7 * DAY_MS,
  y: 365 * DAY_MS,
};

const PRESETS: readonly Span[] = [
  { count: 1, unit: "h" },
  { count: 7, unit: "d" },
  { count: 30, unit: "d" },
  { count: 90, unit: "d" },
  { count: 1, unit: "y" },
];
const DEFAULT: Span = { count: 90, unit: "d" };

export function spanOf(text: string | null | undefined): Span | undefined {
  const [, count, unit] = /^(\d{1,5})([hdwy])$/.exec(text ?? "") ?? [];
  if (count === undefined || unit === undefined) {
    return undefined;
  }
  return unit === "w"
    ? { count: Number(count) * 7, unit: "d" }
    : { count: Number(count), unit: unit as Unit };
}

export function textOf({ count, unit }: Span): string {
  return `${String(count)}${unit}`;
}

export function lengthOf({ count, unit }: Span): number {
  return count * (UNIT_MS[unit] ?? 0);
}

/** What plan, policy and the host allow. */
export function expiryLimits({ maxTtl, expiryRequired }: KeyTerms): ExpiryLimits {
  return { max: spanOf(maxTtl), mayBeNone: !expiryRequired };
}

/** The presets that the limits allow, and the limit itself where no preset is as long. */
export function presetsWithin({ max }: ExpiryLimits): readonly Span[] {
  if (max === undefined) {
    return PRESETS;
  }
  const most = lengthOf(max);
  const fitting = PRESETS.filter((span) => lengthOf(span) <= most);
  const longest = fitting.at(-1);
  return longest !== undefined && lengthOf(longest) === most ? fitting : [...fitting, max];
}

export function defaultExpiry(terms: KeyTerms): Expiry {
  const wanted = spanOf(terms.defaultTtl) ?? DEFAULT;
  const { max } = expiryLimits(terms);
  return { kind: "in", span: max !== undefined && lengthOf(max) < lengthOf(wanted) ? max : wanted };
}

/** When a key ends that is made now; undefined: never, or the day is none. */
export function endOf(expiry: Expiry, now: number): Date | undefined {
  switch (expiry.kind) {
    case "in":
      return new Date(now + lengthOf(expiry.span));
    case "on":
      return endOfDay(expiry.day);
    case "never":
      return undefined;
  }
}

/** The last second of a day where the person is. */
export function endOfDay(day: string): Date | undefined {
  const end = new Date(`${day}T23:59:59`);
  return Number.isNaN(end.getTime()) ? undefined : end;
}

/** As a date field has it, where the person is. */
export function dayOf(time: number): string {
  const date = new Date(time);
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The last day that the limits allow; undefined: any. */
export function lastDay({ max }: ExpiryLimits, now: number): string | undefined {
  // the day before, for its last second would be too late
  return max === undefined ? undefined : dayOf(now + lengthOf(max) - DAY_MS);
}
