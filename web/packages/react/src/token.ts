/** How the component gets the token of an embed session: the host's page asks the host's back end for one. */
export type GetToken = () => string | Promise<string>;

/** The token of the session, in memory and nowhere else. */
export class Token {
  readonly #get: GetToken;
  #current: Promise<string> | undefined;

  constructor(get: GetToken) {
    this.#get = get;
  }

  current(): Promise<string> {
    this.#current ??= this.#ask();
    return this.#current;
  }

  /** Another one in the place of one that was refused. Calls that were refused together share it. */
  async after(refused: string): Promise<string> {
    const held = this.#current;
    if ((await held) === refused && this.#current === held) {
      this.#current = this.#ask();
    }
    return this.current();
  }

  #ask(): Promise<string> {
    const asked = Promise.resolve().then(this.#get);
    asked.catch(() => {
      // so that whoever tries again asks again
      this.#current = undefined;
    });
    return asked;
  }
}

/** The host's page has no token to give, so its user has to sign in again. */
export class NoTokenError extends Error {
  override readonly name = "NoTokenError";
}

/** Sends a request that is refused for its token once more, with another one. */
export function fetchWith(token: Token, send: typeof fetch = (...call) => fetch(...call)): typeof fetch {
  return async (input, init) => {
    const response = await send(input, init);
    const headers = new Headers(init?.headers);
    const refused = /^Bearer (.+)$/.exec(headers.get("Authorization") ?? "")?.[1];
    if (response.status !== 401 || refused === undefined) {
      return response;
    }
    const next = await token.after(refused).catch(() => refused);
    if (next === refused) {
      return response;
    }
    headers.set("Authorization", `Bearer ${next}`);
    return send(input, { ...init, headers });
  };
}
