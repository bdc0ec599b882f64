import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** Bytes, gzip, of what each page loads that has the screens. React and the SDK are packages of their own. */
const BUDGETS = {
  "index.js": 20_000,
  "styles.css": 7_000,
  "element.js": 36_000,
};

/** Says what each has, and fails where one has more than it may. */
export async function checkBudgets(root) {
  await rm(join(root, "dist/styles.js"), { force: true });
  for (const [name, most] of Object.entries(BUDGETS)) {
    const size = gzipSync(await readFile(join(root, "dist", name)), { level: 9 }).length;
    process.stdout.write(
      `  @shearline/react ${name}: ${String(size)} of at most ${String(most)} bytes, gzip\n`,
    );
    if (size > most) {
      process.exitCode = 1;
    }
  }
}
