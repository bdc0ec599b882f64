/** The text of src/generated/api.ts. */
import openapiTS, { astToString } from "openapi-typescript";
import { format, resolveConfig } from "prettier";
import { documentOfTheSdk, opaqueFields, readSpec } from "./document.js";

export const TARGET = new URL("../src/generated/api.ts", import.meta.url);

const HEAD = "// Generated from spec/openapi.yaml by `npm run generate`. Do not edit.\n\n";

export async function generatedTypes() {
  const document = documentOfTheSdk(await readSpec());
  const fields = opaqueFields(document);
  const types = await openapiTS(document, { defaultNonNullable: false });
  const constant =
    "/** Fields whose objects have names that callers choose: these are sent and shown as they are. */\n" +
    `export const OPAQUE_FIELDS: readonly string[] = ${JSON.stringify(fields)};\n\n`;
  return format(HEAD + constant + astToString(types), {
    ...(await resolveConfig(TARGET)),
    parser: "typescript",
  });
}
