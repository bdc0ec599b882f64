import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { onStage, row } from "./stage.ts";

async function create(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Create key" }).click();
  await page.getByRole("dialog", { name: "Copy your key now" }).waitFor();
}

const field = (page: Page): ReturnType<Page["getByLabel"]> => page.getByLabel("Your new key");

test("who leaves without having copied is asked", async () => {
  await onStage({}, async ({ page }) => {
    await create(page, "laptop");
    expect(
      await page.getByRole("button", { name: "Copy", exact: true }).evaluate((it) => it.matches(":focus")),
    ).toBe(true);
    for (const leave of [
      () => page.getByRole("button", { name: "Done" }).click(),
      () => page.keyboard.press("Escape"),
    ]) {
      await leave();
      await page.getByText("Leave without copying?").waitFor();
      await page.getByRole("button", { name: "Back to the key" }).click();
    }
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    expect(await field(page).inputValue()).toMatch(/^shl_live_sk_/);
    await page.getByRole("button", { name: "Leave it" }).click();
    await row(page, "laptop").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
  });
});

test("reload asks while the key is not copied, and not after it is", async () => {
  await onStage({}, async ({ page }) => {
    // as of a browser that does not tell pages where they are led
    await page.evaluate(() => {
      Object.defineProperty(window, "navigation", { value: undefined });
    });
    await create(page, "laptop");
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.type());
      void dialog.dismiss();
    });
    await page.evaluate(() => {
      location.reload();
    });
    await expect.poll(() => asked).toEqual(["beforeunload"]);
    expect(await field(page).inputValue()).toMatch(/^shl_live_sk_/);
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByText("Copied").first().waitFor();
    await page.reload();
    await row(page, "laptop").waitFor();
    expect(asked).toEqual(["beforeunload"]);
  });
});

test("back within the page asks", async () => {
  const prepare = async ({ page, host }: { page: Page; host: { url(): string } }): Promise<void> => {
    await page.goto(host.url());
    await page.evaluate(() => {
      history.pushState({}, "", "#keys");
    });
  };
  await onStage({}, async ({ page, host }) => {
    await prepare({ page, host });
    await create(page, "laptop");
    await page.evaluate(() => {
      history.back();
    });
    await page.getByText("Leave without copying?").waitFor();
    expect(page.url()).toContain("#keys");
  });
});

test("where the clipboard is refused, the key is selected and the text says so", async () => {
  await onStage({ context: { permissions: [] } }, async ({ page }) => {
    await page.evaluate(() => {
      Object.defineProperty(navigator.clipboard, "writeText", {
        value: () => Promise.reject(new Error("no")),
      });
      Object.assign(document, { execCommand: () => false });
    });
    await create(page, "laptop");
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByText("Your browser refused the clipboard. The key is selected: press Ctrl C.").waitFor();
    const selected = await field(page).evaluate((it: HTMLInputElement) =>
      it.value.slice(it.selectionStart ?? 0, it.selectionEnd ?? 0),
    );
    expect(selected).toMatch(/^shl_live_sk_.{50}$/);
    await page.keyboard.press("Escape");
    await page.getByText("Leave without copying?").waitFor();
  });
});

test("over plain HTTP, where pages have no clipboard of the new kind, it is copied and the focus stays", async () => {
  await onStage({}, async ({ page, host }) => {
    await page.evaluate(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
    });
    await create(page, "laptop");
    const copy = page.getByRole("button", { name: "Copy", exact: true });
    await copy.click();
    await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
    expect(host.asked.length).toBeGreaterThan(0);
    await page.evaluate(() => {
      Reflect.deleteProperty(navigator, "clipboard");
    });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await field(page).inputValue());
  });
});

test("an example that holds the key is copied whole and shown masked", async () => {
  await onStage({}, async ({ page }) => {
    await create(page, "laptop");
    const key = await field(page).inputValue();
    expect(await page.getByRole("tabpanel", { name: ".env" }).textContent()).toMatch(
      /NORTHWIND_API_KEY=shl_live_sk_....….{4}$/,
    );
    await page.getByRole("button", { name: "Copy for .env" }).click();
    await page.getByRole("button", { name: "Copied", exact: true }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(`NORTHWIND_API_KEY=${key}`);
    await page.getByRole("tab", { name: ".env" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tabpanel", { name: "curl" }).textContent()).toContain(
      "https://api.northwind.example",
    );
    await page.keyboard.press("Escape");
    await row(page, "laptop").waitFor();
    expect(await page.evaluate(() => document.body.innerHTML)).not.toContain(key);
  });
});

test("pressed twice, and sent again after a lost answer, it makes one key", async () => {
  await onStage({}, async ({ page, host, tenant }) => {
    const session = host.answer;
    let lost = 0;
    host.answer = (path, request) =>
      request.method === "POST" && path === "/v1/keys" && lost++ === 0
        ? { status: 503, body: { code: "unavailable", detail: "x", status: 503, retry_after_ms: 1 } }
        : session(path, request);
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name").fill("once");
    await page.getByRole("button", { name: "Create key" }).evaluate((button: HTMLButtonElement) => {
      button.click();
      button.click();
    });
    await page.getByRole("dialog", { name: "Copy your key now" }).waitFor();
    expect(lost).toBe(2);
    expect((await tenant.user.listApiKeys().take(9)).length).toBe(1);
  });
});
