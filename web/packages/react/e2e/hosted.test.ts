import { parseKey } from "@shearline/sdk";
import { chromium } from "playwright-core";
import { expect, inject, test } from "vitest";
import { shearline } from "./tenant.ts";

const NAME = `hosted-${String(process.pid)}`;

interface Opened {
  link: string;
  token: string;
}

async function openSession(): Promise<Opened> {
  const answer = await fetch(new URL("v1/embed-sessions", inject("serviceUrl")), {
    method: "POST",
    headers: {
      Authorization: `Bearer ${inject("operatorKey")}`,
      "Content-Type": "application/json",
      "Idempotency-Key": crypto.randomUUID(),
    },
    body: JSON.stringify({
      owner: { organization: `ext:${NAME}`, team: { external_id: "maps", name: "Maps" } },
      capabilities: ["keys:read", "keys:write"],
      origins: ["https://app.example.com"],
      link: true,
    }),
  });
  expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as Opened;
}

test("the page behind a link shows the keys of its session, makes one, and opens once", async () => {
  await shearline
    .organization({ externalId: NAME, name: "Acme" })
    .createApiKey({ name: "of the organization" });
  const { link } = await openSession();
  const browser = await chromium.connect(inject("browserUrl"));
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const said: string[] = [];
    page.on("console", (message) => {
      // browsers ask every host for an icon
      if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico")) {
        said.push(message.text());
      }
    });
    await page.goto(link);
    await page.getByRole("heading", { name: "No keys yet" }).waitFor();
    expect(page.url()).not.toContain("#");
    await page.getByRole("button", { name: "New key" }).first().click();
    await page.getByLabel("Name").fill("from a link");
    await page.getByRole("button", { name: "Create key" }).click();
    const dialog = page.getByRole("dialog", { name: "Copy your key now" });
    await dialog.waitFor();
    const key = await dialog.getByRole("textbox").first().inputValue();
    expect(parseKey(key).result).toBe("well_formed");
    expect(await shearline.verify(key)).toMatchObject({ valid: true });
    await page.screenshot({ path: new URL("../../../target/screens/hosted.png", import.meta.url).pathname });
    expect(said).toEqual([]);

    const again = await context.newPage();
    await again.goto(link);
    await again.getByRole("status").getByText("link").waitFor();
    expect(await again.getByRole("heading", { name: "No keys yet" }).count()).toBe(0);
  } finally {
    await context.close();
    await browser.close();
  }
});
