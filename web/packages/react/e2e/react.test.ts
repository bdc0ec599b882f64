import { fileURLToPath } from "node:url";
import { build } from "vite";
import { expect, test } from "vitest";
import { onStage, row, type Stage, violations } from "./stage.ts";

const WEB = fileURLToPath(new URL("../../../", import.meta.url));
const REACTS = { 18: `${WEB}testing/react-18`, 19: `${WEB}packages/react` };

/** The example, with the package as hosts get it and a React of the given place. */
async function example(react: string): Promise<string> {
  const result = await build({
    root: react,
    configFile: false,
    logLevel: "silent",
    define: { "process.env.NODE_ENV": '"development"' },
    resolve: {
      alias: { "@shearline/react": `${WEB}packages/react/dist/index.js` },
      dedupe: ["react", "react-dom"],
    },
    build: {
      write: false,
      minify: false,
      lib: { entry: `${WEB}examples/react/main.tsx`, formats: ["es"], fileName: "main" },
    },
  });
  return [result]
    .flat()
    .flatMap((one) => ("output" in one ? one.output : []))
    .map((chunk) => (chunk.type === "chunk" ? chunk.code : ""))
    .join("");
}

test.each(Object.entries(REACTS))(
  "the component and the hooks work with React %s",
  async (version, place) => {
    const code = await example(place);
    const prepare = async ({ host, tenant }: Stage): Promise<void> => {
      host.pages.set("/react/main.js", code);
      await tenant.user.createApiKey({ name: "macbook" });
      await tenant.team.createApiKey({ name: "of the team" });
    };
    await onStage({ prepare, pagePath: "/react/" }, async ({ page, tenant }) => {
      await row(page, "macbook").waitFor();
      await page.getByText("1 so far").waitFor();
      await page.getByRole("button", { name: "Key for a laptop" }).click();
      await page.getByText("Made …").waitFor();
      await row(page, "Laptop").waitFor();

      await page.getByRole("button", { name: "New key" }).click();
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByText("Give the key a name.").waitFor();
      await page.getByLabel("Name").fill("made by hand");
      await page.getByRole("checkbox", { name: /sessions:read/ }).check();
      await page.getByRole("button", { name: "Create key" }).click();
      await page.getByRole("dialog", { name: "Copy your key now" }).waitFor();
      expect(await page.getByLabel("Your new key").inputValue()).toMatch(/^shl_live_sk_/);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Leave it" }).click();
      await row(page, "made by hand").getByText("sessions:read").waitFor();
      await page.getByRole("tab", { name: "Maps" }).click();
      await row(page, "of the team").waitFor();
      const made = await tenant.user.listApiKeys().take(9);
      expect(made.map(({ name }) => name).sort()).toEqual(["Laptop", "macbook", "made by hand"]);
      expect(version).not.toBe("");
    });
  },
);
