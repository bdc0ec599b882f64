/** A Shearline service of the tests' own, made from the classes that the build has made. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type {} from "vitest";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    serviceUrl: string;
    operatorKey: string;
  }
}

const START_LIMIT_MS = 180_000;
const LAST_LINE = "Ctrl-C stops it";
const CLI = fileURLToPath(new URL("../../cli/target/", import.meta.url));

export default async function startService(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(join(CLI, "lib")) || !existsSync(join(CLI, "classes"))) {
    throw new Error(
      "These tests start the service, which is not built: run `mvn -pl cli -am package -DskipTests`.",
    );
  }
  const place = await mkdtemp(join(tmpdir(), "shearline-web-"));
  // the account of PostgreSQL passes through it
  await chmod(place, 0o711);
  const process = spawnService(place);
  const stop = async (): Promise<void> => {
    await ended(process);
    await rm(place, { recursive: true, force: true });
  };
  try {
    project.provide("serviceUrl", urlIn(await saidUntilRunning(process)));
    project.provide("operatorKey", (await readFile(join(place, "data/operator.key"), "utf8")).trim());
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

function spawnService(place: string): ChildProcess {
  const java = process.env.JAVA_HOME === undefined ? "java" : join(process.env.JAVA_HOME, "bin/java");
  const settings = Object.entries(process.env).filter(([name]) => !name.startsWith("SHEARLINE_"));
  const classPath = [join(CLI, "lib/*"), join(CLI, "classes")].join(delimiter);
  const program = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", classPath, "dev.shearline.cli.Shearline"];
  return spawn(java, [...program, "dev", "--port", "0", "--no-demo", "--data-dir", join(place, "data")], {
    cwd: place,
    env: Object.fromEntries(settings),
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function saidUntilRunning(process: ChildProcess): Promise<string[]> {
  const said: string[] = [];
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      reject(new Error(`The service did not start; it needs Java 25.\n${said.join("\n")}`));
    };
    for (const stream of [process.stdout, process.stderr]) {
      if (stream !== null) {
        createInterface({ input: stream }).on("line", (line) => {
          said.push(line);
          if (line.startsWith(LAST_LINE)) {
            resolve(said);
          }
        });
      }
    }
    process.once("exit", fail).once("error", fail);
    limit.addEventListener("abort", fail, { once: true });
  });
}

function urlIn(said: string[]): string {
  const url = said.map((line) => /^ *API +(http\S+)/.exec(line)?.[1]).find((found) => found !== undefined);
  if (url === undefined) {
    throw new Error(`The service does not say where it is:\n${said.join("\n")}`);
  }
  return url;
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) {
    const exit = new Promise((resolve) => process.once("exit", resolve));
    process.kill("SIGTERM");
    await exit;
  }
}
