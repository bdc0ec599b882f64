import type { Reporter, TestModule } from "vitest/node";

/** Says what runs in the words of Surefire, which `./shearline test` shows. */
export const surefireLines: Reporter = {
  onTestModuleStart(module: TestModule) {
    process.stdout.write(`[INFO] Running ${module.relativeModuleId}\n`);
  },
  onTestModuleEnd(module: TestModule) {
    const tests = [...module.children.allTests()];
    const failed = tests.filter((test) => !test.ok());
    if (!module.ok()) {
      const counts = `${String(tests.length)}, Failures: ${String(failed.length)}`;
      process.stdout.write(`[ERROR] Tests run: ${counts} -- in ${module.relativeModuleId}\n`);
    }
  },
};
