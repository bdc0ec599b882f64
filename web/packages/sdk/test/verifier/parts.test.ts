import { expect, test } from "vitest";
import { isIn, parseAddress, parseBlock } from "../../src/verifier/address.ts";
import { Counts } from "../../src/verifier/counts.ts";
import { eventsOf, type ServerEvent } from "../../src/verifier/event-stream.ts";
import { ShearlineError } from "../../src/error.ts";
import type { Schemas } from "../../src/index.ts";

function isAt(address: string, cidr: string): boolean {
  const parsed = parseAddress(address);
  const block = parseBlock(cidr);
  return parsed !== undefined && block !== undefined && isIn(block, parsed);
}

test.each([
  ["10.255.0.1", "10.0.0.0/8", true],
  ["11.0.0.0", "10.0.0.0/8", false],
  ["203.0.113.7", "203.0.113.7", true],
  ["203.0.113.7", "0.0.0.0/0", true],
  ["::1", "0.0.0.0/0", false],
  ["::ffff:10.0.0.9", "10.0.0.0/8", true],
  ["::ffff:a00:9", "10.0.0.0/8", true],
  ["2001:DB8::1", "2001:db8::/32", true],
  ["2001:db9::1", "2001:db8::/32", false],
  ["1:2:3:4:5:6:7:8", "1:2:3:4::/64", true],
  ["1::8", "::/0", true],
])("%s in %s is %s", (address, cidr, expected) => {
  expect(isAt(address, cidr)).toBe(expected);
});

test.each([
  "",
  "10.0.0",
  "10.0.0.256",
  "010.0.0.1",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2::3",
  ":1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7::8:9",
  "g::",
  "::1%eth0",
  "localhost",
  "1.2.3.4::",
])("%s is no address", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

test.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "/8", "everywhere"])(
  "%s is no block",
  (text) => {
    expect(parseBlock(text)).toBeUndefined();
  },
);

async function read(...chunks: (string | Uint8Array)[]): Promise<ServerEvent[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) {
        controller.enqueue(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
      }
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of eventsOf(stream, () => undefined)) {
    events.push(event);
  }
  return events;
}

const EVENT = { name: "change", id: "1-0", data: '{"é":1}' };

test("events are read wherever they are cut, and whatever ends a line", async () => {
  for (const end of ["\n", "\r\n"]) {
    const text = [": open", "", "event: change", "id: 1-0", 'data: {"é":1}', "", ""].join(end);
    const bytes = new TextEncoder().encode(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await read(bytes.slice(0, cut), bytes.slice(cut))).toEqual([EVENT]);
    }
  }
});

test("an event that is not finished is none, and data may have several lines", async () => {
  expect(await read("event: change\ndata: 1\n")).toEqual([]);
  expect(await read("data:a\ndata: b\n\n")).toEqual([{ name: "message", id: "", data: "a\nb" }]);
});

test("a line or an event without an end is refused", async () => {
  const much = "x".repeat(600_000);
  await expect(read(much, much)).rejects.toThrow(RangeError);
  await expect(read(`data: ${much}\n`, `data: ${much}\n`)).rejects.toThrow(RangeError);
});

type Report = Schemas["UsageReport"];
const NOON = Date.UTC(2030, 0, 31, 12);
const HOUR_MS = 3_600_000;

function failing(): Promise<never> {
  return Promise.reject(new Error("away"));
}

async function reported(counts: Counts, isEnd = false): Promise<Report[]> {
  const reports: Report[] = [];
  await counts.report((report) => Promise.resolve(reports.push(report)), isEnd, NOON);
  return reports;
}

test("counts grow under one name until they are confirmed, and go on growing", async () => {
  const counts = new Counts();
  counts.add("key_1", "allowed", 1, NOON);
  await expect(counts.report(failing, false, NOON)).rejects.toThrow("away");
  counts.add("key_1", "allowed", 25, NOON + 1);
  counts.add("key_1", "revoked", 1, NOON + 1);

  const [first] = await reported(counts);
  const [again] = await reported(counts);

  const hour = "2030-01-31T12:00:00.000Z";
  expect(first?.items).toEqual([
    { keyId: "key_1", hour, outcome: "allowed", count: 2, units: 26 },
    { keyId: "key_1", hour, outcome: "revoked", count: 1, units: 1 },
  ]);
  expect(first?.last).toBe(false);
  expect(again).toEqual(first);
});

test("each hour has a name of its own, and the last report of a name says so", async () => {
  const counts = new Counts();
  counts.add("key_1", "allowed", 1, NOON);
  counts.add("key_1", "allowed", 1, NOON + HOUR_MS);
  const [old, now] = await reported(counts);
  expect([old?.last, now?.last]).toEqual([true, false]);
  expect(old?.source).not.toBe(now?.source);
  const [end, ...more] = await reported(counts, true);
  expect([end?.source, end?.last, more.length]).toEqual([now?.source, true, 0]);
  expect(await reported(counts)).toEqual([]);
});

test("many keys are many reports, of which the last one ends", async () => {
  const counts = new Counts();
  for (let i = 0; i < 401; i++) {
    counts.add(`key_${String(i)}`, "allowed", 1, NOON);
  }
  const reports = await reported(counts, true);
  expect(reports.map(({ items, last }) => [items.length, last])).toEqual([
    [400, false],
    [1, true],
  ]);
});

test("what is refused for good is told as lost, and keeps nothing else waiting", async () => {
  const counts = new Counts();
  counts.add("key_1", "allowed", 1, NOON);
  counts.add("key_1", "allowed", 1, NOON);
  counts.add("key_1", "allowed", 1, NOON + HOUR_MS);
  const taken: Report[] = [];
  const send = (report: Report): Promise<unknown> =>
    report.items.some(({ hour }) => hour.includes("T12"))
      ? Promise.reject(
          new ShearlineError({ code: "invalid_field", detail: "An hour of long ago.", status: 422 }),
        )
      : Promise.resolve(taken.push(report));
  await counts.report(send, false, NOON + HOUR_MS);
  expect(counts.lost).toBe(2);
  expect(taken.map(({ items }) => items.length)).toEqual([1]);
  expect(counts.items.map(({ hour }) => hour)).toEqual(["2030-01-31T13:00:00.000Z"]);
});

test("an hour that is over is reported for the last time, though nothing has come since", async () => {
  const counts = new Counts();
  counts.add("key_1", "allowed", 1, NOON);
  const reports: Report[] = [];
  await counts.report((report) => Promise.resolve(reports.push(report)), false, NOON + HOUR_MS);
  expect(reports.map(({ last }) => last)).toEqual([true]);
  expect(await reported(counts)).toEqual([]);
});

test("what a server that is away for a day would have got is counted as lost", () => {
  const counts = new Counts();
  for (let hour = 0; hour < 25; hour++) {
    counts.add("key_1", "allowed", 1, NOON + hour * HOUR_MS);
    counts.add("key_1", "allowed", 1, NOON + hour * HOUR_MS);
  }
  expect(counts.lost).toBe(2);
});
