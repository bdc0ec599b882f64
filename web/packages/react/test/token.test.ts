import { expect, test } from "vitest";
import { fetchWith, Token } from "../src/token.ts";

const tokensOf = (given: string[]): Token =>
  new Token(() => given.shift() ?? Promise.reject(new Error("none")));

function serviceThatTakes(good: string, asked: string[]): typeof fetch {
  return (_, init) => {
    const sent = new Headers(init?.headers).get("Authorization") ?? "";
    asked.push(sent);
    return Promise.resolve(new Response(null, { status: sent === `Bearer ${good}` ? 200 : 401 }));
  };
}

async function call(send: typeof fetch, token: Token): Promise<number> {
  const headers = { Authorization: `Bearer ${await token.current()}` };
  return (await send("https://keys.example.com/v1/keys", { headers })).status;
}

test("a token is asked for once, however many want it", async () => {
  const given = ["first", "second"];
  const token = tokensOf(given);
  expect(await Promise.all([token.current(), token.current()])).toEqual(["first", "first"]);
  expect(given).toEqual(["second"]);
});

test("calls that are refused together share the next token, and are sent once more", async () => {
  const given = ["stale", "good", "spare"];
  const token = tokensOf(given);
  const asked: string[] = [];
  const send = fetchWith(token, serviceThatTakes("good", asked));
  expect(await Promise.all([call(send, token), call(send, token)])).toEqual([200, 200]);
  expect(asked).toHaveLength(4);
  expect(given).toEqual(["spare"]);
});

test("a second refusal is the answer", async () => {
  const token = tokensOf(["stale", "stale too", "good"]);
  const asked: string[] = [];
  expect(await call(fetchWith(token, serviceThatTakes("good", asked)), token)).toBe(401);
  expect(asked).toEqual(["Bearer stale", "Bearer stale too"]);
});

test("where the host has none, the refusal is the answer, and whoever tries again asks again", async () => {
  const given = ["stale"];
  const token = tokensOf(given);
  const send = fetchWith(token, serviceThatTakes("good", []));
  expect(await call(send, token)).toBe(401);
  given.push("good");
  expect(await call(send, token)).toBe(200);
});
