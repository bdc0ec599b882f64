import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { Shearline, type ShearlineOptions } from "../src/index.ts";

/** A request as it came. */
export interface Seen {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage["headers"];
  body: unknown;
}

type Reply = (response: ServerResponse, seen: Seen) => void;

export const KEY = "key-of-the-client";

/** Answers as it was told, in that order, and with the last answer from then on. It says what it was asked. */
export class FakeService {
  readonly seen: Seen[] = [];
  readonly #replies: Reply[];
  readonly #server = createServer((request, response) => {
    void this.#answer(request, response);
  });

  private constructor(replies: Reply[]) {
    this.#replies = replies;
  }

  static async start(...replies: Reply[]): Promise<FakeService> {
    const service = new FakeService(replies);
    const server = service.#server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  client(options: Partial<ShearlineOptions> = {}): Shearline {
    return new Shearline({ url: this.url, key: KEY, ...options });
  }

  get last(): Seen {
    const last = this.seen.at(-1);
    if (last === undefined) {
      throw new Error("nothing was asked");
    }
    return last;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://fake");
    let text = "";
    for await (const part of request.setEncoding("utf8")) {
      text += part as string;
    }
    const seen: Seen = {
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
    const reply = this.#replies[Math.min(this.seen.length, this.#replies.length - 1)];
    this.seen.push(seen);
    reply?.(response, seen);
  }
}

export function json(body: unknown, status = 200): Reply {
  return (response) => {
    response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
  };
}

export function problem(status: number, code: string, more: object = {}): Reply {
  return (response) => {
    response
      .writeHead(status, { "Content-Type": "application/problem+json" })
      .end(JSON.stringify({ status, code, detail: "Do it otherwise.", request_id: "req_1", ...more }));
  };
}

/** As if the machine had gone. */
export const hangUp: Reply = (response) => {
  response.destroy();
};

export const saysNothing: Reply = () => undefined;

export const DESCRIBED = {
  id: "key_3Fq0AbCdEfGh",
  name: "Laptop",
  description: "Laptop",
  type: "personal",
  visibility: "secret",
  status: "active",
  last_four: "x9Kp",
  masked: "shl_live_sk_3Fq0…x9Kp",
  scopes: [],
  owner: { type: "user", id: "usr_1", external_id: "42" },
  metadata: { cost_center: "R&D" },
  expires_at: null,
};

const CHANGE = {
  epoch: 7,
  tag: "9f86d081884c7d65",
  propagation: { nodes: 1, complete: true, took_ms: 3, dead_by: null },
};

export const CHANGED = { ...DESCRIBED, ...CHANGE };

export const SECRET = "the-whole-secret";

export const ISSUED = { ...CHANGED, secret: SECRET };
