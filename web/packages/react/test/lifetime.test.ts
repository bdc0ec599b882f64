import { expect, test } from "vitest";
import {
  dayOf,
  defaultExpiry,
  endOf,
  expiryLimits,
  lastDay,
  presetsWithin,
  spanOf,
  textOf,
} from "../src/logic/lifetime.ts";
import { terms } from "./session.ts";

const NOW = new Date("2026-11-23T14:00:00").getTime();

test.each([
  ["1h", { count: 1, unit: "h" }],
  ["2w", { count: 14, unit: "d" }],
  ["1y", { count: 1, unit: "y" }],
  ["none", undefined],
  ["0", undefined],
  [null, undefined],
])("a span is read as the API writes it: %s", (text, span) => {
  expect(spanOf(text)).toEqual(span);
});

test("what plan and host allow is the limit, and it is a preset of its own", () => {
  const limits = expiryLimits(terms({ maxTtl: "45d" }));
  expect(limits).toEqual({ max: { count: 45, unit: "d" }, mayBeNone: false });
  expect(presetsWithin(limits).map(textOf)).toEqual(["1h", "7d", "30d", "45d"]);
  expect(defaultExpiry(terms({ maxTtl: "45d" }))).toEqual({ kind: "in", span: { count: 45, unit: "d" } });
  expect(lastDay(limits, NOW)).toBe("2027-01-06");
});

test("where nothing limits, a key may live for ever, and lives for 90 days unless told otherwise", () => {
  const session = terms({ maxTtl: null, expiryRequired: false });
  expect(expiryLimits(session)).toEqual({ max: undefined, mayBeNone: true });
  expect(presetsWithin(expiryLimits(session)).map(textOf)).toEqual(["1h", "7d", "30d", "90d", "1y"]);
  expect(defaultExpiry(session)).toEqual({ kind: "in", span: { count: 90, unit: "d" } });
  expect(lastDay(expiryLimits(session), NOW)).toBeUndefined();
});

test("a key ends when its span is over, at the end of its last day, or never", () => {
  expect(endOf({ kind: "in", span: { count: 7, unit: "d" } }, NOW)).toEqual(new Date("2026-11-30T14:00:00"));
  expect(endOf({ kind: "on", day: "2026-12-24" }, NOW)).toEqual(new Date("2026-12-24T23:59:59"));
  expect(endOf({ kind: "on", day: "" }, NOW)).toBeUndefined();
  expect(endOf({ kind: "never" }, NOW)).toBeUndefined();
  expect(dayOf(NOW)).toBe("2026-11-23");
});
