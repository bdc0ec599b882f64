/** A host, a tenant and a page that shows the tenant's keys, for each test anew, in the one browser. */
import AxeBuilder from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { expect, inject } from "vitest";
import { Host } from "./host.ts";
import { Tenant, type TenantOptions } from "./tenant.ts";

export interface Stage {
  readonly host: Host;
  readonly tenant: Tenant;
  readonly page: Page;
}

export interface StageOptions extends TenantOptions {
  /** Live keys of the person, as the session says. */
  live?: number;
  context?: BrowserContextOptions;
  pagePath?: string;
  /** Before the page is opened. */
  prepare?: (stage: Stage) => Promise<void>;
}

let browser: Promise<Browser> | undefined;

/** Ends with an error where the page has said one, or has loaded something from elsewhere. */
export async function onStage(options: StageOptions, act: (stage: Stage) => Promise<void>): Promise<void> {
  browser ??= chromium.connect(inject("browserUrl"));
  const host = await Host.start(inject("serviceUrl"));
  const context = await (
    await browser
  ).newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    locale: "en-GB",
    permissions: ["clipboard-read", "clipboard-write"],
    ...options.context,
  });
  try {
    const tenant = await Tenant.make(options);
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        complaints.push(message.text());
      }
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(host.url("/"))) {
        complaints.push(request.url());
      }
    });
    host.tokens = [tenant.token.value];
    host.answer = tenant.session({ user: options.live ?? 1 });
    const stage = { host, tenant, page };
    await options.prepare?.(stage);
    await page.goto(host.url(options.pagePath));
    await act(stage);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
    await host.close();
  }
}

export function row(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ hasText: name });
}

export async function choose(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: `${item} ${name}` }).click();
}

/** What axe finds, as sentences. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AxeBuilder.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof AxeBuilder };
    const { violations: found } = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    return found.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target }) => `${id}: ${help}: ${target.join(" ")}`),
    );
  });
}

/** Beside the others of the run, for people to look at. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: new URL(`../../../target/screens/${name}.png`, import.meta.url).pathname });
}
