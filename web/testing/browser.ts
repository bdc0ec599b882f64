/** One browser for all tests that look at pages: the system's Chromium, with a profile of its own. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";
import type {} from "vitest";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    browserUrl: string;
  }
}

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const ELSEWHERE = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // a host that is no loopback, for pages that came over plain HTTP
  "--host-resolver-rules=MAP plain.test 127.0.0.1",
];

export default async function startBrowser(project: TestProject): Promise<() => Promise<void>> {
  const server = await chromium.launchServer({
    executablePath: findChromium(),
    headless: true,
    args: ARGUMENTS,
  });
  project.provide("browserUrl", server.wsEndpoint());
  return () => server.close();
}

function findChromium(): string {
  const places = (process.env.PATH ?? "").split(delimiter);
  const candidates = [
    process.env.SHEARLINE_TEST_CHROMIUM,
    ...NAMES.flatMap((name) => places.map((place) => join(place, name))),
    ...ELSEWHERE,
  ];
  const found = candidates.find((candidate) => candidate !== undefined && existsSync(candidate));
  if (found === undefined) {
    throw new Error(
      "These tests look at pages in Chromium, and found none: run `sudo apt-get install -y chromium`, or set SHEARLINE_TEST_CHROMIUM to its program.",
    );
  }
  return found;
}
