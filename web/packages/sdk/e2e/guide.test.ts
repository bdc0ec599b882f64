import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format, promisify } from "node:util";
import { beforeAll, expect, inject, test, vi } from "vitest";

const GUIDE = new URL("../../../../docs/guides/typescript.md", import.meta.url);
/** Beside what users would have written: it finds the package as theirs does. */
const PLACE = new URL("../../../target/guide/", import.meta.url);
const COMPILER = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));

let program = "";

beforeAll(async () => {
  const text = await readFile(GUIDE, "utf8");
  program = [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code).join("\n");
  await rm(PLACE, { recursive: true, force: true });
  await mkdir(PLACE, { recursive: true });
  await writeFile(new URL("guide.ts", PLACE), program);
});

test("the guide runs as printed, and prints what its comments say", async () => {
  vi.stubEnv("SHEARLINE_URL", inject("serviceUrl"));
  vi.stubEnv("SHEARLINE_KEY", inject("operatorKey"));
  const printed: string[] = [];
  vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
    printed.push(format(...values));
  });

  await import(fileURLToPath(new URL("guide.ts", PLACE)));

  const expected = [...program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => comment);
  expect(expected.length).toBeGreaterThan(8);
  expect(printed).toEqual(expected);
});

test("the guide compiles under strict rules", async () => {
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const settings = [
    "--noEmit",
    "--target",
    "ES2022",
    "--lib",
    "ES2023,DOM",
    "--types",
    "node",
    "--module",
    "NodeNext",
  ];
  const compiled = promisify(execFile)(process.execPath, [COMPILER, ...strict, ...settings, "guide.ts"], {
    cwd: fileURLToPath(PLACE),
  });
  await expect(compiled).resolves.toMatchObject({ stdout: "" });
});
