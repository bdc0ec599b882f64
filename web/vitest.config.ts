import { defineConfig } from "vitest/config";
import { surefireLines } from "./testing/surefire-lines.ts";

export default defineConfig({
  test: {
    // the second is where the results of all tests of the project are added up
    reporters: [
      "default",
      ["junit", { suiteName: "web", outputFile: "target/surefire-reports/TEST-web.xml" }],
      ...(process.stdout.isTTY ? [] : [surefireLines]),
    ],
    projects: [
      { test: { name: "sdk", root: "packages/sdk", include: ["test/**/*.test.ts"] } },
      {
        test: {
          name: "service",
          root: "packages/sdk",
          include: ["e2e/**/*.test.ts"],
          globalSetup: ["../../testing/service.ts"],
          testTimeout: 60_000,
        },
      },
    ],
  },
});
