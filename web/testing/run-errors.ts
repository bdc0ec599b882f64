import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

const FILE = "target/surefire-reports/TEST-web-run.xml";

/** What goes wrong outside of any test, so that the results have it: JUnit's form has no place for it. */
export const runErrors: Reporter = {
  onInit() {
    rmSync(FILE, { force: true });
  },
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]) {
    const messages = errors.map(({ message }) => message);
    if (modules.length === 0) {
      messages.push("no test ran");
    }
    if (messages.length > 0) {
      mkdirSync(dirname(FILE), { recursive: true });
      const failures = messages.map((message) => `<failure>${escaped(message)}</failure>`).join("");
      writeFileSync(
        FILE,
        `<testsuite name="web run" tests="1" failures="1" errors="0" skipped="0"><testcase classname="web" name="the run of the tests">${failures}</testcase></testsuite>\n`,
      );
    }
  },
};

function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, " ").replace(/[&<>"]/g, (char) => `&#${String(char.charCodeAt(0))};`);
}
