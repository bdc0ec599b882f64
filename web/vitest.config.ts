import { defineConfig } from "vitest/config";
import { runErrors } from "./testing/run-errors.ts";
import { surefireLines } from "./testing/surefire-lines.ts";

/** No test is about how long it takes, and machines are slow at times. */
const patience = {
  testTimeout: 120_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 60_000, interval: 20 } },
};

export default defineConfig({
  test: {
    // the second is where the results of all tests of the project are added up
    reporters: [
      "default",
      ["junit", { suiteName: "web", outputFile: "target/surefire-reports/TEST-web.xml" }],
      runErrors,
      ...(process.stdout.isTTY ? [] : [surefireLines]),
    ],
    projects: [
      { test: { ...patience, name: "sdk", root: "packages/sdk", include: ["test/**/*.test.ts"] } },
      { test: { ...patience, name: "react", root: "packages/react", include: ["test/**/*.test.ts"] } },
      {
        // one service and one browser for all of them
        test: {
          ...patience,
          name: "service",
          root: "packages",
          include: ["*/e2e/**/*.test.ts"],
          globalSetup: ["../testing/service.ts", "../testing/browser.ts"],
        },
      },
    ],
  },
});
