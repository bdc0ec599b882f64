import type { components, paths } from "./generated/api.ts";
import { ShearlineError } from "./error.ts";
import { fromWire, snake, toWire } from "./names.ts";

/** Where Shearline is, and who asks. */
export interface ShearlineOptions {
  /** Of the service: `https://keys.example.com`. */
  url: string;
  /** An API key of Shearline's own, or how to get a token; called before each request. */
  key: string | (() => string | Promise<string>);
  /** Milliseconds that a call takes at most, with all its repetitions. By default 10,000. */
  timeout?: number | undefined;
  /** How often a call is repeated that failed for a reason that passes. By default 2. */
  retries?: number | undefined;
  /** In the place of the global one. */
  fetch?: typeof fetch | undefined;
  /** Sends the key over plain HTTP to other machines too: for a proxy beside this program that encrypts. */
  allowPlainHttp?: boolean | undefined;
}

/** What every call takes beside what it is about. */
export interface CallOptions {
  /** Ends the call; it then throws the reason of the signal. */
  signal?: AbortSignal | undefined;
  /** In the place of the client's. */
  timeout?: number | undefined;
}

/** Of calls that make a secret. */
export interface IdempotentOptions extends CallOptions {
  /**
   * Names the call, at least 22 characters: made again within ten minutes, even by another process, it gives the same
   * secret and makes nothing new. Without it each call draws one, so that its own repetitions make one key only.
   */
  idempotencyKey?: string | undefined;
}

type Problem = components["schemas"]["Problem"];
type Method = "get" | "post" | "patch";
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends object ? P : never;
}[keyof paths];
type Operation<M extends Method, P extends PathOf<M>> = NonNullable<paths[P][M]>;
type Json<T> = T extends { content: { "application/json": infer J } } ? J : never;
type Body<O> = O extends { requestBody?: infer R } ? Json<NonNullable<R>> : never;
type Query<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R]> : never;

/** What is undefined is left out, and a time may be a Date. */
type Sendable<T> = T extends object
  ? { [K in keyof T]: Sendable<T[K]> | undefined }
  : string extends T
    ? T | Date
    : T;

/** A call as it is sent, each time the same. */
interface WireRequest {
  method: string;
  url: URL;
  headers: Record<string, string>;
  body: string | null;
}

interface AnyCall extends IdempotentOptions {
  id?: string;
  retries?: number;
  /** Of what has effects each time: sent again only where it is known that nothing has come of it. */
  onlyIfNotReceived?: boolean;
  query?: object;
  body?: unknown;
}

interface Call<O> extends Omit<AnyCall, "query" | "body"> {
  query?: Sendable<Query<O>>;
  body?: Sendable<Body<O>>;
}

const TIMEOUT_MS = 10_000;
const RETRIES = 2;
const BACK_OFF_FIRST_MS = 100;
const BACK_OFF_MAX_MS = 2_000;
const UNDONE: ReadonlySet<string> = new Set(["unavailable", "overloaded", "database_unavailable"]);
const NEVER_CONNECTED: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Requests and answers of the API, with the names and types of TypeScript. */
export class Transport {
  readonly #base: URL;
  readonly #key: () => string | Promise<string>;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  readonly #retries: number;

  constructor({ url, key, timeout, retries, fetch: given, allowPlainHttp }: ShearlineOptions) {
    this.#base = baseOf(url, allowPlainHttp ?? false);
    this.#key = typeof key === "string" ? () => key : key;
    // called as no method of this object: browsers want their own as a function
    this.#fetch = (...call) => (given ?? fetch)(...call);
    this.#timeout = timeout ?? TIMEOUT_MS;
    this.#retries = retries ?? RETRIES;
  }

  /** Repeats what fails for a reason that passes. */
  async call<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    call: Call<Operation<M, P>> = {},
  ): Promise<Answer<Operation<M, P>>> {
    const request = this.#requestOf(method, path, call);
    const timeout = call.timeout ?? this.#timeout;
    const begun = performance.now();
    const deadline = AbortSignal.timeout(timeout);
    const signal = call.signal === undefined ? deadline : AbortSignal.any([call.signal, deadline]);
    for (let attempt = 0; ; attempt++) {
      const key = await this.#currentKey();
      try {
        return (await this.#send(request, key, signal)) as Answer<Operation<M, P>>;
      } catch (thrown) {
        const error = failure(thrown, call.signal, deadline, timeout);
        const wait = waitBefore(attempt, error);
        const left = timeout - (performance.now() - begun);
        const isWorthIt = call.onlyIfNotReceived === true ? wasNotReceived(error) : error.passes;
        if (!isWorthIt || attempt >= (call.retries ?? this.#retries) || wait > left) {
          throw error;
        }
        await pause(wait, call.signal);
      }
    }
  }

  /** The stream of changes, open for as long as the signal lets it. */
  async stream(lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers = lastEventId === undefined ? {} : { "Last-Event-ID": lastEventId };
    const request = {
      method: "GET",
      url: new URL("v1/changes", this.#base),
      headers: { ...headers, Accept: "text/event-stream" },
      body: null,
    };
    const response = await this.#respond(request, await this.#currentKey(), signal);
    if (response.body === null) {
      throw unreadable(response.status);
    }
    return response.body;
  }

  #requestOf(method: Method, path: string, call: AnyCall): WireRequest {
    const url = new URL(path.slice(1).replace("{id}", encodeURIComponent(call.id ?? "")), this.#base);
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) {
        url.searchParams.set(snake(name), textOf(value));
      }
    }
    return {
      method: method.toUpperCase(),
      url,
      headers: {
        Accept: "application/json",
        ...(call.body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(call.idempotencyKey === undefined ? {} : { "Idempotency-Key": call.idempotencyKey }),
      },
      body: call.body === undefined ? null : JSON.stringify(toWire(call.body)),
    };
  }

  /** Looked at before it becomes a header: what refuses a header repeats it in its message. */
  async #currentKey(): Promise<string> {
    const key = await this.#key();
    if (!/^[!-~]+$/.test(key)) {
      throw new TypeError("The key of this client is none: a key has visible ASCII characters only.");
    }
    return key;
  }

  async #send(request: WireRequest, key: string, signal: AbortSignal): Promise<unknown> {
    const response = await this.#respond(request, key, signal);
    return fromWire(await jsonOf(response));
  }

  async #respond(request: WireRequest, key: string, signal: AbortSignal): Promise<Response> {
    const { url, headers, ...rest } = request;
    const response = await this.#fetch(url, {
      ...rest,
      headers: { ...headers, Authorization: `Bearer ${key}` },
      signal,
      // the key goes nowhere but where it was meant to go; not every runtime knows "error"
      redirect: "manual",
    });
    if (!response.ok) {
      throw await problemOf(response);
    }
    return response;
  }
}

/** At random, so that nobody guesses it and no two calls share it. */
export function drawIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function baseOf(url: string, allowPlainHttp: boolean): URL {
  const base = new URL(url.endsWith("/") ? url : `${url}/`);
  if (base.protocol !== "https:" && base.protocol !== "http:") {
    throw new TypeError(`The URL of Shearline begins with https://, not with ${base.protocol}//`);
  }
  if (base.protocol === "http:" && !LOOPBACK.test(base.hostname) && !allowPlainHttp) {
    throw new TypeError(
      `A key does not go to ${base.hostname} in the clear: use https://, or set allowPlainHttp if something beside this program encrypts.`,
    );
  }
  return base;
}

function textOf(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value);
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw unreadable(response.status, cause);
  }
}

async function problemOf(response: Response): Promise<ShearlineError> {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("application/problem+json")) {
    return unreadable(response.status);
  }
  const problem = fromWire(await jsonOf(response)) as Problem | null;
  return typeof problem?.code === "string" ? new ShearlineError(problem) : unreadable(response.status);
}

function unreadable(status: number, cause?: unknown): ShearlineError {
  return new ShearlineError({
    code: "unexpected_answer",
    detail: `The answer with status ${String(status)} is none of Shearline's: check the URL, and what stands before it.`,
    status,
    cause,
  });
}

function failure(
  thrown: unknown,
  signal: AbortSignal | undefined,
  deadline: AbortSignal,
  timeout: number,
): ShearlineError {
  if (signal?.aborted === true) {
    throw signal.reason;
  }
  if (deadline.aborted) {
    const detail = `No answer within ${String(timeout)} ms: try again, or allow more time with timeout.`;
    return new ShearlineError({ code: "timed_out", detail, cause: thrown });
  }
  if (thrown instanceof ShearlineError) {
    return thrown;
  }
  const detail = "Shearline could not be reached: check the URL, and that the service runs.";
  return new ShearlineError({ code: "unreachable", detail, cause: thrown });
}

/** The server says so, or the runtime, where it is one that tells a connection that was refused from one that was lost. */
function wasNotReceived({ code, cause }: ShearlineError): boolean {
  const reason = (cause as { cause?: { code?: unknown } } | undefined)?.cause?.code;
  return code === "unreachable" ? NEVER_CONNECTED.has(reason) : UNDONE.has(code);
}

/** Anywhere up to twice as long each time, so that who failed together does not come back together. */
function waitBefore(attempt: number, error: ShearlineError): number {
  const most = Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** attempt);
  return (error.retryAfterMs ?? 0) + Math.random() * most;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
