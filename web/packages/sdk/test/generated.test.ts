import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documentOfTheSdk, readSpec } from "../generate/document.js";
import { generatedTypes, TARGET } from "../generate/types.js";
import { OPAQUE_FIELDS } from "../src/generated/api.ts";
import { camel, fromWire, snake, toWire } from "../src/names.ts";

test("the types are those of spec/openapi.yaml: if not, run `npm run generate` in web", async () => {
  expect(readFileSync(TARGET, "utf8")).toBe(await generatedTypes());
});

/** The names of all properties and parameters below a node, but for those that keep their names. */
function namesIn(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node === "object" && node !== null) {
    const { properties, additionalProperties, name, in: place } = node as Record<string, unknown>;
    if (!additionalProperties) {
      Object.keys(properties ?? {}).forEach((property) => found.add(property));
    }
    if (typeof name === "string" && place === "query") {
      found.add(name);
    }
    Object.values(node).forEach((child) => namesIn(child, found));
  }
  return found;
}

test("every name comes back from TypeScript as it was", async () => {
  const spec = (await readSpec()) as Record<string, unknown>;
  const names = namesIn(documentOfTheSdk(spec));
  const onTheWire = namesIn(spec);
  expect(names.size).toBeGreaterThan(80);
  for (const name of names) {
    expect(onTheWire).toContain(snake(name));
    expect(camel(snake(name))).toBe(name);
  }
});

test("a field whose names callers choose is one wherever it stands", () => {
  for (const field of OPAQUE_FIELDS) {
    const held = { some_name: 1, someName: [{ other_name: 2 }] };
    expect(fromWire({ [snake(field)]: held })).toEqual({ [field]: held });
    expect(toWire({ [field]: held })).toEqual({ [snake(field)]: held });
  }
});

test("no answer reaches beyond its object", () => {
  const hostile = fromWire(JSON.parse('{"__proto__":{"is_admin":true}}')) as { isAdmin?: boolean };
  expect(hostile.isAdmin).toBeUndefined();
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
});
