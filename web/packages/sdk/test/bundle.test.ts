import { createContext, Script } from "node:vm";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type * as Sdk from "../src/index.ts";
import { bundle } from "./bundle.ts";
import { DESCRIBED, FakeService, ISSUED, json, KEY, SECRET } from "./fake-service.ts";

const SDK_GZIP_MAX = 8_000;
const KEY_FORMAT_GZIP_MAX = 1_000;

function gzipSize(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}

test("all of it is small", async () => {
  const size = gzipSize(await bundle('export * from "@shearline/sdk"'));
  process.stdout.write(`  @shearline/sdk: ${String(size)} of at most ${String(SDK_GZIP_MAX)} bytes, gzip\n`);
  expect(size).toBeLessThanOrEqual(SDK_GZIP_MAX);
});

test("who takes a part gets that part alone", async () => {
  const part = await bundle('export { parseKey } from "@shearline/sdk"');
  expect(gzipSize(part)).toBeLessThanOrEqual(KEY_FORMAT_GZIP_MAX);
  expect(part).not.toContain("Authorization");
});

/** What browsers, edge workers, Deno and Bun have alike, and nothing of Node's own. */
const WEB_GLOBALS = {
  AbortController,
  AbortSignal,
  clearTimeout,
  crypto,
  fetch,
  performance,
  setTimeout,
  TextDecoder,
  TextEncoder,
  URL,
};

test("it runs where there are the globals of the web alone", async () => {
  const code = await bundle('export * from "@shearline/sdk"', "iife");
  expect(code).not.toMatch(/node:|require\(|\bprocess\b|\bBuffer\b|XMLHttpRequest|localStorage/);
  const context = createContext({ ...WEB_GLOBALS });
  new Script(`${code}; globalThis.sdk = program`).runInContext(context);
  const sdk = (context as { sdk?: typeof Sdk }).sdk;
  if (sdk === undefined) {
    throw new Error("the bundle made nothing");
  }
  const service = await FakeService.start(
    json(ISSUED, 201),
    json({ items: [DESCRIBED], next_cursor: null }),
    json({ valid: true, code: "allowed" }),
  );

  const shearline = new sdk.Shearline({ url: service.url, key: KEY });
  const user = shearline.user("ext:42");
  const key = await user.createApiKey({ description: "Laptop" });
  const listed = await user.listApiKeys().take(1);
  const verdict = await shearline.verify(key.value);

  expect(key.value).toBe(SECRET);
  expect(listed[0]?.id).toBe(key.id);
  expect(verdict.valid).toBe(true);
  expect(sdk.parseKey(KEY).result).toBe("foreign");
  expect(await sdk.digestOfKey(KEY)).toMatch(/^[0-9a-f]{64}$/);
});
