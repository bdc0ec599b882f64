import { fileURLToPath } from "node:url";
import { build } from "vite";

const ENTRY = "program-of-the-test.js";
const VIRTUAL = `\0${ENTRY}`;

/** What a page would get that has this program: the SDK from its sources, without what is not used, minified. */
export async function bundle(program: string, format: "es" | "iife" = "es"): Promise<string> {
  const sdk = fileURLToPath(new URL("../src/index.ts", import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "entry",
        resolveId: (id) => (id.endsWith(ENTRY) ? VIRTUAL : undefined),
        load: (id) => (id === VIRTUAL ? program : undefined),
      },
    ],
    resolve: { alias: { "@shearline/sdk": sdk } },
    build: {
      write: false,
      minify: true,
      target: "es2022",
      lib: { entry: ENTRY, formats: [format], name: "program" },
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) =>
    "output" in one ? one.output : [],
  );
  return outputs.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
}
