/** A host as the examples show them: its page, its back end that hands out tokens, and the service behind the same origin. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));
const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

/** What a request may be answered with in the place of the service. */
export type Answer = (
  path: string,
  request: IncomingMessage,
) => { status: number; body: unknown } | undefined;

export class Host {
  /** What `POST /session` answers: the next of them, the last for ever. Empty: the person is not signed in. */
  tokens: string[] = [];
  /** Asked first. */
  answer: Answer = () => undefined;
  readonly asked: string[] = [];
  /** Programs that a test has built, by their path. */
  readonly pages = new Map<string, string>();
  readonly #server: Server;
  readonly #service: URL;

  private constructor(service: string) {
    this.#service = new URL(service);
    this.#server = createServer((asked, response) => {
      this.#respond(asked, response).catch(() => {
        response.writeHead(404).end();
      });
    });
  }

  static async start(service: string): Promise<Host> {
    const host = new Host(service);
    await new Promise<void>((resolve) => host.#server.listen(0, "127.0.0.1", resolve));
    return host;
  }

  url(page = "/html/"): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${page}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #respond(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path } = new URL(asked.url ?? "/", this.url());
    this.asked.push(`${asked.method ?? ""} ${asked.url ?? ""}`);
    const answer = this.answer(path, asked);
    if (answer !== undefined) {
      send(response, answer.status, answer.body);
    } else if (path === "/session") {
      const token = this.tokens.length > 1 ? this.tokens.shift() : this.tokens[0];
      send(response, token === undefined ? 401 : 200, { token });
    } else if (path.startsWith("/v1/")) {
      this.#passOn(asked, response);
    } else {
      await sendFile(response, path, this.pages.get(path));
    }
  }

  #passOn(asked: IncomingMessage, response: ServerResponse): void {
    const passed = request(
      new URL(asked.url ?? "/", this.#service),
      { method: asked.method, headers: { ...asked.headers, host: this.#service.host } },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on("error", () => response.destroy());
    asked.pipe(passed);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
}

async function sendFile(response: ServerResponse, path: string, built: string | undefined): Promise<void> {
  const embedded = /^\/embed\/(?:shearline-api-keys\.js|(de\.js|styles\.css))$/.exec(path);
  const name = path.endsWith("/") ? `${path}index.html` : path;
  const file = embedded ? join(DIST, embedded[1] ?? "element.js") : join(EXAMPLES, name);
  const content = built ?? (await readFile(file));
  response
    .writeHead(200, {
      "Content-Type": TYPES[extname(file)] ?? "text/plain",
      "Content-Security-Policy": POLICY,
    })
    .end(content);
}
