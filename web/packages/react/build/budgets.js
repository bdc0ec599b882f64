import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/**
 * Bytes, gzip, of what each page loads that has the screens: the target, and beyond which the build fails. React and the SDK are packages of
 * their own. A target that is missed is said at each build, and the limit keeps it from being missed by more.
 */
const BUDGETS = {
  "index.js": { target: 20_000, limit: 20_000 },
  "styles.css": { target: 7_000, limit: 7_000 },
  "element.js": { target: 32_000, limit: 35_600 },
};

/** Says what each has, and fails where one has more than it may. */
export async function checkBudgets(root) {
  await rm(join(root, "dist/styles.js"), { force: true });
  for (const [name, { target, limit }] of Object.entries(BUDGETS)) {
    const size = gzipSync(await readFile(join(root, "dist", name)), { level: 9 }).length;
    process.stdout.write(
      `  @shearline/react ${name}: ${String(size)} bytes gzip, target ${String(target)}${size > target ? " MISSED" : ""}, limit ${String(limit)}\n`,
    );
    if (size > limit) {
      process.exitCode = 1;
    }
  }
}
