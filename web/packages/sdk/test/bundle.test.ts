import { createContext, Script } from "node:vm";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type * as Sdk from "../src/index.ts";
import { bundle } from "./bundle.ts";
import { DESCRIBED, FakeService, ISSUED, json, KEY, SECRET } from "./fake-service.ts";

const GZIP_MAX = {
  "*": 10_500,
  "{ Shearline, ShearlineError }": 5_500,
  "{ parseKey }": 1_000,
};

function gzipSize(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}

test.each(Object.entries(GZIP_MAX))("%s has %i bytes at most", async (names, most) => {
  const code = await bundle(`export ${names} from "@shearline/sdk"`);
  process.stdout.write(
    `  @shearline/sdk ${names}: ${String(gzipSize(code))} of at most ${String(most)} bytes, gzip\n`,
  );
  expect(gzipSize(code)).toBeLessThanOrEqual(most);
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
