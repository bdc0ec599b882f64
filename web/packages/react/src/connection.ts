import { Shearline } from "@shearline/sdk";
import { readSession, type Session } from "./session.ts";
import { fetchWith, type GetToken, NoTokenError, Token } from "./token.ts";

export interface ConnectionOptions {
  /** Of the Shearline service, as browsers reach it. By default the origin of the page, for hosts that pass `/v1` on. */
  url?: string | undefined;
  getToken: GetToken;
}

/** The service as this session sees it, and who wants to hear that something has changed. */
export class Connection {
  readonly shearline: Shearline;
  readonly base: URL;
  readonly #token: Token;
  readonly #fetch: typeof fetch;
  #session: Promise<Session> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor({ url, getToken }: ConnectionOptions) {
    const base = url ?? document.baseURI;
    this.base = new URL(url === undefined ? "/" : `${base.replace(/\/$/, "")}/`, document.baseURI);
    this.#token = new Token(getToken);
    this.#fetch = fetchWith(this.#token);
    this.shearline = new Shearline({
      url: this.base.href,
      key: () => this.#currentToken(),
      fetch: this.#fetch,
    });
  }

  /** Read once for all who want it, until something changes. */
  session(): Promise<Session> {
    if (this.#session === undefined) {
      const read = this.#currentToken().then((token) => readSession(this.base, token, this.#fetch));
      this.#session = read;
      read.catch(() => {
        this.#session = undefined;
      });
    }
    return this.#session;
  }

  /** Calls the listener after each change that was made here, until the answer is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something has changed, or may have. */
  announce(): void {
    this.#session = undefined;
    this.#listeners.forEach((listener) => {
      listener();
    });
  }

  #currentToken(): Promise<string> {
    return this.#token.current().catch((cause: unknown) => {
      throw new NoTokenError("getToken() has failed", { cause });
    });
  }
}
