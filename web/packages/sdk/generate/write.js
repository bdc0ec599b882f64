import { writeFile } from "node:fs/promises";
import { generatedTypes, TARGET } from "./types.js";

await writeFile(TARGET, await generatedTypes());
