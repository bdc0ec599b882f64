/** `npm ci`, unless what is installed is what the lock file says: done for each build, needed for few. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const INSTALLED = "node_modules/.installed";

const lock = createHash("sha256")
  .update(readFileSync("package-lock.json"))
  .update(process.version)
  .digest("hex");
if (!existsSync(INSTALLED) || readFileSync(INSTALLED, "utf8") !== lock) {
  const { status } = spawnSync("npm", ["ci"], { stdio: "inherit" });
  if (status !== 0) {
    process.exit(status ?? 1);
  }
  writeFileSync(INSTALLED, lock);
}
