/** Builds the package: for React, which is the host's, and the element, which is whole. Fails where it has grown too large. */
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { checkBudgets } from "./budgets.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The floor of the tokens. */
const BROWSERS = ["chrome123", "safari17.5", "firefox128"];
const REACT = ["react", "react/jsx-runtime"];

/** Private names of the style sheet become short ones, and hints for bundlers go where nobody bundles any more. */
const SMALLER = {
  name: "smaller",
  enforce: "post",
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type === "chunk") {
        file.code = shortened(file.code).replaceAll("/* @__PURE__ */", "");
      } else {
        file.source = shortened(String(file.source));
      }
    }
  },
};
const shortNames = new Map();

function shortened(text) {
  return text.replace(/--_[a-z0-9-]+/g, (name) => {
    const short = shortNames.get(name) ?? `--_${shortNames.size.toString(36)}`;
    shortNames.set(name, short);
    return short;
  });
}

function bundle(lib, { external = [], alias = {} } = {}) {
  return build({
    root: ROOT,
    configFile: false,
    logLevel: "warn",
    resolve: { alias },
    oxc: { jsx: { runtime: "automatic", development: false, pure: false } },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      target: BROWSERS,
      minify: true,
      emptyOutDir: false,
      lib: { formats: ["es"], ...lib },
      rolldownOptions: { external, output: { minify: true } },
    },
    plugins: [SMALLER],
  });
}

await rm(new URL("../dist/", import.meta.url), { recursive: true, force: true });
await bundle(
  { entry: { index: "src/index.ts", styles: "build/styles.js" }, cssFileName: "styles" },
  { external: [...REACT, "@shearline/sdk"] },
);
// whole, so that the element can load it from beside itself
await bundle({ entry: { de: "src/messages/de.ts" } });
await bundle(
  { entry: { element: "src/element/index.ts" } },
  {
    external: ["./de.js"],
    alias: {
      "react/jsx-runtime": "preact/jsx-runtime",
      react: fileURLToPath(new URL("preact.js", import.meta.url)),
      "@shearline/sdk": fileURLToPath(new URL("../../sdk/src/index.ts", import.meta.url)),
    },
  },
);
await checkBudgets(ROOT);
