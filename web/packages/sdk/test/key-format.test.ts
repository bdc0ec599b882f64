import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checksum, digestOfKey, maskKey, parseKey } from "../src/index.ts";

interface Vector {
  parts: string[];
  result: string;
}
interface KeyVector extends Vector {
  brand: string;
  mode: string;
  kind: string;
  id: string;
  sha256: string;
  mask: string;
}
const VECTORS = JSON.parse(
  readFileSync(new URL("../../../../spec/vectors/keys.json", import.meta.url), "utf8"),
) as {
  brands: string[];
  checksums: { body: string; checksum: string }[];
  keys: KeyVector[];
  refused: (Vector & { why: string })[];
};

test("there are enough vectors", () => {
  expect(VECTORS.keys.length + VECTORS.refused.length).toBeGreaterThanOrEqual(50);
});

test.each(VECTORS.checksums)("the checksum of $body is $checksum", (vector) => {
  expect(checksum(vector.body)).toBe(vector.checksum);
});

test.each(VECTORS.keys)("$mask says what it is", async ({ parts, brand, mode, kind, id, sha256, mask }) => {
  const key = parts.join("");
  expect(parseKey(key, VECTORS.brands)).toEqual({ result: "well_formed", brand, mode, kind, id });
  expect(await digestOfKey(key)).toBe(sha256);
  expect(maskKey(key)).toBe(mask);
});

test.each(VECTORS.refused)("$why is $result", ({ parts, result }) => {
  expect(parseKey(parts.join(""), VECTORS.brands)).toEqual({ result });
});

test("the brand is shl unless it is said", () => {
  expect(parseKey("acme2_live_sk_0").result).toBe("foreign");
  expect(parseKey("shl_live_sk_0").result).toBe("malformed");
});
