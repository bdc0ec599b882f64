import { expect, test } from "vitest";
import { onStage, picture, row, type Stage, violations } from "./stage.ts";

const MANY = 60;

async function withKeys({ tenant }: Stage): Promise<void> {
  await tenant.user.createApiKey({
    name: "macbook · dev",
    scopes: ["sessions:read", "sessions:write", "keys:read"],
  });
  await tenant.user.createApiKey({ name: "cli · thinkpad", expiresIn: "7d" });
  await tenant.user.createApiKey({
    name: "partner-integration-logistics-eu-central-1-warehouse-sync (do not delete, ask first)",
    isPublic: true,
  });
  await (await tenant.user.createApiKey({ name: "old laptop" })).disable();
  await (await tenant.user.createApiKey({ name: "billing" })).rotate();
}

test("a token that is refused is fetched once more; then the session has ended, and goes on when there is another", async () => {
  await onStage({ prepare: withKeys }, async ({ page, host, tenant }) => {
    await row(page, "macbook").waitFor();
    const good = tenant.token.value;
    const stale = await tenant.organization.createApiKey({ name: "stale", scopes: ["keys:read"] });
    await stale.revoke();
    host.tokens = [stale.value, good];
    await page.reload();
    await row(page, "macbook").waitFor();

    host.tokens = [stale.value];
    await page.reload();
    await page.getByRole("heading", { name: "Your session has ended" }).waitFor();
    expect(await violations(page)).toEqual([]);
    const asked = host.asked.filter((line) => line === "POST /session").length;
    host.tokens = [good];
    await page.getByRole("button", { name: "Try again" }).click();
    await row(page, "macbook").waitFor();
    expect(host.asked.filter((line) => line === "POST /session").length).toBe(asked + 1);

    host.tokens = [];
    await page.reload();
    await page.getByRole("heading", { name: "Your session has ended" }).waitFor();
  });
});

test("a failure says what happened, with the id of the request, and tries again", async () => {
  await onStage({ prepare: withKeys }, async ({ page, host }) => {
    await row(page, "macbook").waitFor();
    const session = host.answer;
    host.answer = (path, request) =>
      path === "/v1/keys"
        ? {
            status: 500,
            body: { code: "internal", detail: "Report it.", status: 500, request_id: "req_1x9k2m_7" },
          }
        : session(path, request);
    await page.reload();
    await page.getByRole("heading", { name: "The keys did not load" }).waitFor();
    await page.getByText("Request req_1x9k2m_7").waitFor();
    expect(await violations(page)).toEqual([]);
    host.answer = session;
    await page.getByRole("button", { name: "Try again" }).click();
    await row(page, "macbook").waitFor();
  });
});

test("who may only see has nothing to change, and is told so", async () => {
  await onStage({ prepare: withKeys, capabilities: ["keys:read"] }, async ({ page }) => {
    await page.getByText("You may see these keys, but not change them.").waitFor();
    await row(page, "macbook").waitFor();
    expect(await page.getByRole("button", { name: "New key" }).count()).toBe(0);
    expect(await page.getByRole("button", { name: /Actions for/ }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });
});

test("a plan that is full is said with its numbers, where the act was", async () => {
  await onStage({ prepare: withKeys }, async ({ page, host }) => {
    const session = host.answer;
    host.answer = (path, request) =>
      request.method === "POST" && path === "/v1/keys"
        ? {
            status: 403,
            body: {
              code: "plan_limit_reached",
              detail: "x",
              status: 403,
              plan: "free",
              needed_plan: "pro",
              limit: 5,
              used: 5,
            },
          }
        : session(path, request);
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByLabel("Name").fill("one more");
    await page.getByRole("button", { name: "Create key" }).click();
    await page
      .getByText(
        "All 5 keys of the plan free are in use (5 of 5). Revoke one that is not needed. The plan pro has it.",
      )
      .waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

test("the host's limits show in the form", async () => {
  const limits = {
    forced: { scopes: ["sessions:read"], max_ttl: "30d" },
    limits: { cidrs_required: true, max_ttl: "30d" },
  };
  await onStage({ ...limits, live: 0 }, async ({ page }) => {
    await page.getByRole("button", { name: "Create the first key" }).click();
    await page.getByText("Every key made here may do exactly this.").waitFor();
    expect(await page.getByRole("radio", { name: "90 days" }).count()).toBe(0);
    expect(await page.getByRole("radio", { name: "30 days" }).isChecked()).toBe(true);
    await page.getByLabel("Name").fill("limited");
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByText("Keys here are limited to addresses: name at least one.").waitFor();
  });
});

test("many keys are read page by page, searched and filtered on the server", async () => {
  const prepare = async ({ tenant }: Stage): Promise<void> => {
    for (let at = 0; at < MANY; at += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, one) =>
          tenant.user.createApiKey({ name: `worker ${String(at + one)}` }),
        ),
      );
    }
  };
  await onStage({ prepare, live: MANY }, async ({ page, host, tenant }) => {
    await page.getByText("25 of 60 keys").waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("Page 2").waitFor();
    await page.getByRole("button", { name: "Next" }).click();
    await page.getByText("10 of 60 keys").waitFor();
    expect(await page.getByRole("button", { name: "Next" }).isDisabled()).toBe(true);
    await page.getByRole("button", { name: "Previous" }).click();
    await page.getByText("25 of 60 keys").waitFor();

    const search = page.getByRole("searchbox", { name: "Search or paste a key" });
    await search.fill("worker 42");
    await page.getByText("1 key", { exact: true }).waitFor();
    await search.fill("nothing of the kind");
    await page.getByRole("heading", { name: "No key matches" }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Clear filters" }).click();
    await page.getByText("25 of 60 keys").waitFor();

    const pasted = await tenant.user.createApiKey({ name: "pasted" });
    await search.fill(pasted.value);
    await row(page, "pasted").waitFor();
    await page.getByText("1 key", { exact: true }).waitFor();
    expect(host.asked.join("\n")).not.toContain(pasted.value.slice(20));
    await search.fill("");

    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("Status").selectOption("revoked");
    await row(page, "first of the person").waitFor();
    await page.getByRole("button", { name: "Filter 1" }).waitFor();
    expect(await violations(page)).toEqual([]);
  });
});

test("the person and each of their teams have their keys", async () => {
  const prepare = async (stage: Stage): Promise<void> => {
    await withKeys(stage);
    await stage.tenant.team.createApiKey({ name: "team key", scopes: ["sessions:read"] });
  };
  await onStage({ prepare, live: 5 }, async ({ page, tenant }) => {
    await page.getByRole("tab", { name: "Noah Patel 5" }).waitFor();
    await row(page, "macbook").waitFor();
    await page.getByRole("tab", { name: "Noah Patel" }).focus();
    await page.keyboard.press("ArrowRight");
    await row(page, "team key").waitFor();
    expect(await page.getByRole("tab", { name: "Maps" }).getAttribute("aria-selected")).toBe("true");
    expect(await row(page, "macbook").count()).toBe(0);
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByRole("dialog", { name: "New key of Maps" }).getByLabel("Name").fill("of the team");
    await page.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.keyboard.press("Escape");
    await row(page, "of the team").waitFor();
    expect((await tenant.team.listApiKeys().take(9)).map(({ name }) => name)).toContain("of the team");
  });
});

const LOOKS = {
  light: {},
  dark: { colorScheme: "dark" as const },
  narrow: { viewport: { width: 360, height: 740 } },
};

test.each(Object.entries(LOOKS))(
  "every screen is good to read and has no violation: %s",
  async (look, context) => {
    await onStage({ prepare: withKeys, live: 5, context }, async ({ page }) => {
      await row(page, "macbook").waitFor();
      const lookAt = async (name: string): Promise<void> => {
        await picture(page, `${name}-${look}`);
        expect(await violations(page)).toEqual([]);
        expect(
          await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          ),
        ).toBe(0);
      };
      await lookAt("list");
      await page.getByRole("button", { name: "Filter" }).click();
      await page.getByRole("button", { name: "Actions for macbook" }).click();
      await page.getByRole("menuitem", { name: "Rotate macbook" }).waitFor();
      await lookAt("menu");
      await page.getByRole("menuitem", { name: "Rotate macbook" }).click();
      await page.getByRole("dialog").waitFor();
      await lookAt("rotate");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "New key" }).click();
      await page.getByLabel("Name").fill("production · checkout-service");
      await page.getByRole("switch", { name: /Full access/ }).check();
      await lookAt("full");
      await page.getByRole("switch", { name: /Full access/ }).uncheck();
      await lookAt("create");
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByRole("dialog", { name: "Copy your key now" }).waitFor();
      await lookAt("reveal");
      await page.keyboard.press("Escape");
      await page.getByText("Leave without copying?").waitFor();
      await lookAt("leave");
      await page.getByRole("button", { name: "Leave it" }).click();
      await page.getByRole("button", { name: "Actions for cli" }).click();
      await page.getByRole("menuitem", { name: "Revoke cli" }).click();
      await page.getByRole("dialog").waitFor();
      await lookAt("revoke");
      await page.getByRole("button", { name: "Revoke key" }).click();
      await page.getByRole("heading", { name: "Dead on every node" }).waitFor();
      await lookAt("dead");
    });
  },
);

test("from right to left, and in German", async () => {
  await onStage({ prepare: withKeys, live: 5 }, async ({ page }) => {
    await row(page, "macbook").waitFor();
    await page.evaluate(() => {
      document.documentElement.dir = "rtl";
    });
    await page.getByRole("button", { name: "Actions for macbook" }).click();
    await picture(page, "list-rtl");
    const menu = await page.getByRole("menu", { name: "Actions for macbook" }).boundingBox();
    const button = await page.getByRole("button", { name: "Actions for macbook" }).boundingBox();
    expect(Math.abs((menu?.x ?? 0) - (button?.x ?? 99))).toBeLessThan(2);
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.evaluate(() => {
      document.documentElement.dir = "";
      const element = document.querySelector("shearline-api-keys");
      element?.setAttribute("lang", "de");
    });
    await page.getByRole("heading", { name: "API-Schlüssel" }).waitFor();
    await page.getByRole("button", { name: "Neuer Schlüssel" }).click();
    await page.getByRole("dialog", { name: "Neuer persönlicher Schlüssel" }).waitFor();
    await picture(page, "create-german");
    expect(await violations(page)).toEqual([]);
  });
});
