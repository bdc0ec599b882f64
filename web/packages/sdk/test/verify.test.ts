import { expect, expectTypeOf, test } from "vitest";
import { type Allowed, httpStatusOf, ShearlineError, type Verdict } from "../src/index.ts";
import { FakeService, hangUp, json, problem, saysNothing } from "./fake-service.ts";

const EPHEMERAL = "shl_live_" + "et_0000";
const ALLOWED = {
  valid: true,
  code: "allowed",
  key_id: "key_1",
  owner: { type: "team", id: "team_1", external_id: "web" },
  scopes: ["reports:read"],
  metadata: { cost_center: 7 },
  depends_on: ["key_1"],
  cacheable: true,
  epoch: 1,
  tag: "0",
};

test("an allowed key says whose it is and what it may do", async () => {
  const service = await FakeService.start(json(ALLOWED));
  const verdict = await service.client().verify("key", { scopes: ["reports:read"], userAgent: "curl" });
  expect(service.last).toMatchObject({
    path: "/v1/keys/verify",
    body: { key: "key", scopes: ["reports:read"], user_agent: "curl" },
  });
  expect(verdict).toMatchObject({ valid: true, owner: { externalId: "web" }, metadata: { cost_center: 7 } });
});

test("the type of an allowed verdict has what only an allowed verdict has", () => {
  expectTypeOf<Extract<Verdict, { valid: true }>>().toEqualTypeOf<Allowed>();
  expectTypeOf<Allowed["scopes"]>().toEqualTypeOf<string[]>();
  expectTypeOf<Extract<Verdict, { valid: false }>["code"]>().toExtend<string>();
  expectTypeOf<"allowed">().not.toExtend<Extract<Verdict, { valid: false }>["code"]>();
});

test("who cannot be asked allows nothing", async () => {
  const silent = await FakeService.start(saysNothing);
  expect(await silent.client({ timeout: 40 }).verify("key")).toEqual({
    valid: false,
    code: "timed_out",
    retryAfterMs: 1_000,
  });
  const gone = await FakeService.start(hangUp);
  expect(await gone.client({ retries: 0 }).verify("key")).toMatchObject({
    valid: false,
    code: "unreachable",
  });
  const behind = await FakeService.start(problem(503, "unavailable", { retry_after_ms: 250 }));
  expect(await behind.client({ retries: 0 }).verify("key")).toEqual({
    valid: false,
    code: "unavailable",
    retryAfterMs: 250,
  });
});

test("a wrong question and a credential that may not ask are mistakes, not verdicts", async () => {
  const service = await FakeService.start(problem(403, "insufficient_scope"));
  await expect(service.client().verify("key")).rejects.toThrow(ShearlineError);
});

test("an ephemeral key is spent once, however often it is asked about", async () => {
  const service = await FakeService.start(hangUp, json(ALLOWED));
  await service.client().verify(EPHEMERAL);
  await service.client().verify(EPHEMERAL, { useId: "mine" });
  await service.client().verify("key");
  const uses = service.seen.map(({ body }) => (body as { use_id?: string }).use_id);
  expect(uses[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(uses).toEqual([uses[0], uses[0], "mine", undefined]);
});

test("many questions are answered in their order, each by itself", async () => {
  const unanswered = { valid: false, code: "overloaded", retry_after_ms: 10 };
  const service = await FakeService.start(
    json({ items: [ALLOWED, unanswered] }),
    problem(503, "unavailable"),
  );
  const client = service.client({ retries: 0 });
  const questions = [{ key: "a", unit: "ext:web" }, { key: "b" }];
  expect(await client.verifyAll(questions)).toMatchObject([
    { valid: true },
    { valid: false, code: "overloaded", retryAfterMs: 10 },
  ]);
  expect(service.last.body).toEqual({ items: [{ key: "a", unit: "ext:web" }, { key: "b" }] });
  expect(await client.verifyAll(questions)).toMatchObject([{ code: "unavailable" }, { code: "unavailable" }]);
});

test("each verdict has the status with which an API answers", () => {
  const status = (code: string) => httpStatusOf({ code } as Verdict);
  expect(
    ["allowed", "revoked", "insufficient_scope", "rate_limited", "timed_out", "a_code_to_come"].map(status),
  ).toEqual([200, 401, 403, 429, 503, 401]);
});
