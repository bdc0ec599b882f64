import { parseKey } from "@shearline/sdk";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { choose, onStage, row } from "./stage.ts";
import { shearline } from "./tenant.ts";

async function tabTo(page: Page, name: string): Promise<void> {
  const reached = async (): Promise<string | null> =>
    page.evaluate(() => {
      const active = document.activeElement?.shadowRoot?.activeElement;
      return active?.getAttribute("aria-label") ?? active?.textContent ?? null;
    });
  for (let steps = 0; steps < 60; steps++) {
    if ((await reached())?.startsWith(name) === true) {
      return;
    }
    await page.keyboard.press("Tab");
  }
  throw new Error(`The keyboard does not reach ${name}.`);
}

async function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

test("a key is created, copied, used, rotated and revoked with the keyboard alone", async () => {
  await onStage({ live: 0 }, async ({ page }) => {
    await page.getByRole("heading", { name: "No keys yet" }).waitFor();
    await tabTo(page, "New key");
    await page.keyboard.press("Enter");
    await page.keyboard.type("production · checkout");
    await tabTo(page, "Create key");
    await page.keyboard.press("Enter");

    const dialog = page.getByRole("dialog", { name: "Copy your key now" });
    await dialog.waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByText("Copied").first().waitFor();
    const key = await clipboard(page);
    expect(parseKey(key).result).toBe("well_formed");
    expect(await shearline.verify(key, { address: "203.0.113.7" })).toMatchObject({ valid: true });
    await tabTo(page, "Done");
    await page.keyboard.press("Enter");
    await row(page, "production · checkout").waitFor();
    expect(await page.content()).not.toContain(key);

    await tabTo(page, "Actions for production");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Rotate production · checkout" }).waitFor();
    await tabTo(page, "Rotate key");
    await page.keyboard.press("Enter");
    await dialog.waitFor();
    await page.keyboard.press("Enter");
    await dialog.getByText("Copied").first().waitFor();
    const next = await clipboard(page);
    expect(next).not.toBe(key);
    await page.keyboard.press("Escape");
    await page.getByRole("table").getByText("Rotating").waitFor();
    const old = await shearline.verify(key);
    if (!old.valid) {
      throw new Error(`the old key is refused: ${old.code}`);
    }
    expect(await shearline.verify(next)).toMatchObject({ valid: true });
    // uses are written within seconds
    await expect.poll(async () => (await shearline.apiKey(old.keyId).get()).lastUsedAt).not.toBeNull();

    await tabTo(page, "End now: the old key of production");
    await page.keyboard.press("Enter");
    const question = page.getByRole("dialog", { name: "Revoke production · checkout?" });
    await question.getByText("It is in use.").waitFor();
    expect(
      await question.getByRole("button", { name: "Cancel" }).evaluate((it) => it.matches(":focus")),
    ).toBe(true);
    expect(await question.getByRole("button", { name: "Revoke key" }).isDisabled()).toBe(true);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("Production checkout");
    await page.keyboard.press("Enter");
    await page
      .getByRole("dialog")
      .getByText(/is refused on the one node after \d+ ms/)
      .waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("table").getByText("Rotating").waitFor({ state: "detached" });
    expect(await shearline.verify(key)).toMatchObject({ valid: false, code: "revoked" });
    expect(await shearline.verify(next)).toMatchObject({ valid: true });
    expect(await page.getByRole("dialog").count()).toBe(0);
  });
});

test("what is written into the form is what the key has", async () => {
  const grantable = ["keys:*", "sessions:read", "sessions:write"];
  await onStage({ live: 0, grantable }, async ({ page, tenant }) => {
    await page.getByRole("button", { name: "New key" }).click();
    const form = page.getByRole("dialog", { name: "New personal key" });
    await form.getByRole("button", { name: "Create key" }).click();
    await form.getByText("Give the key a name.").waitFor();
    await form.getByLabel("Name").fill("tiles");
    await form.getByLabel("Description").fill("Called by the tile workers");
    expect(await form.getByRole("checkbox", { name: /audit:read/ }).isDisabled()).toBe(true);
    await form.getByText("You may not grant this").waitFor();
    await form.getByRole("searchbox", { name: "Search 6 scopes" }).fill("sessions");
    await form.getByRole("checkbox", { name: /sessions:read/ }).check();
    await form.getByRole("radio", { name: "30 days" }).check({ force: true });
    await form.getByText("Advanced").click();
    await form.getByLabel("Allowed addresses").fill("203.0.113.0/24\nnowhere");
    await form.getByLabel("Metadata").fill('{"costCenter": 7}');
    await form.getByRole("button", { name: "Create key" }).click();
    await form.getByText("nowhere is no address or range.").waitFor();
    await form.getByLabel("Allowed addresses").fill("203.0.113.0/24");
    const sentence = await form.locator(".shl-sum").textContent();
    expect(sentence).toMatch(
      /^A secret key for Noah Patel that may use sessions:read, from the given addresses, until \d+ \w+ \d{4}\.$/,
    );
    await form.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("dialog", { name: "Copy your key now" }).waitFor();

    const [key] = await tenant.user.listApiKeys().take(1);
    expect(key).toMatchObject({
      name: "tiles",
      description: "Called by the tile workers",
      scopes: ["sessions:read"],
      cidrs: ["203.0.113.0/24"],
      metadata: { costCenter: 7 },
    });
    const days = (new Date(key?.expiresAt ?? 0).getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(29);
    expect(days).toBeLessThanOrEqual(30);
  });
});

test("a key is disabled and comes back, and one that nothing has used is revoked with one press", async () => {
  const prepare = async ({
    tenant,
  }: {
    tenant: { user: { createApiKey(key: { name: string }): Promise<unknown> } };
  }): Promise<void> => {
    await tenant.user.createApiKey({ name: "laptop" });
  };
  await onStage({ prepare }, async ({ page, tenant }) => {
    await choose(page, "laptop", "Disable");
    await row(page, "laptop").getByText("Disabled").waitFor();
    await choose(page, "laptop", "Enable");
    await row(page, "laptop").getByText("Active").waitFor();
    await choose(page, "laptop", "Revoke");
    await page.getByText("Nothing has ever used it, so nothing breaks.").waitFor();
    await page.getByRole("button", { name: "Revoke key" }).click();
    await page.getByRole("heading", { name: "Dead on every node" }).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await row(page, "laptop").waitFor({ state: "detached" });
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName))
      .toBe("H2");
    expect(await tenant.user.listApiKeys().take(1)).toEqual([]);
  });
});
