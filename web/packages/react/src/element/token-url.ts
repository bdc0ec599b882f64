import type { GetToken } from "../token.ts";

/** Asks the host's back end, which knows by its own cookie who the person is: a POST, answered with `{"token": "…"}`. */
export function tokenFrom(url: string): GetToken {
  return async () => {
    const response = await fetch(new URL(url, document.baseURI), {
      method: "POST",
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
    if (!response.ok) {
      throw new Error(`${url} answered with status ${String(response.status)}`);
    }
    const { token } = (await response.json()) as { token?: unknown };
    if (typeof token !== "string") {
      throw new TypeError(`${url} answered without a token`);
    }
    return token;
  };
}
