import { expect, test } from "vitest";
import { Shearline, ShearlineError } from "../src/index.ts";
import {
  DESCRIBED,
  FakeService,
  hangUp,
  ISSUED,
  json,
  problem,
  saysNothing,
  SECRET,
} from "./fake-service.ts";

async function failureOf(call: Promise<unknown>): Promise<ShearlineError> {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(ShearlineError);
  return thrown as ShearlineError;
}

test("a problem says what to do, in which option, and what to quote", async () => {
  const service = await FakeService.start(
    problem(422, "invalid_field", {
      field: "expires_in",
      errors: [{ field: "rate_limits[0].per", detail: "No." }],
    }),
  );
  const error = await failureOf(service.client().user("ext:42").createApiKey({ name: "Laptop" }));
  expect(error).toMatchObject({
    name: "ShearlineError",
    code: "invalid_field",
    status: 422,
    detail: "Do it otherwise.",
    field: "expiresIn",
    errors: [{ field: "rateLimits[0].per", detail: "No." }],
    requestId: "req_1",
    passes: false,
  });
  expect(error.message).toBe("Do it otherwise. (invalid_field, req_1)");
  expect(service.seen).toHaveLength(1);
});

test("a refusal by the plan says which plan would do", async () => {
  const service = await FakeService.start(
    problem(403, "plan_limit_reached", { plan: "free", needed_plan: "pro", limit: 3, used: 3 }),
  );
  const error = await failureOf(service.client().self());
  expect(error).toMatchObject({ plan: "free", neededPlan: "pro", limit: 3, used: 3 });
});

test("what passes by itself is tried again, under the same name, so that one key is made", async () => {
  const service = await FakeService.start(
    problem(503, "outcome_unknown", { retry_after_ms: 1 }),
    hangUp,
    json(ISSUED, 201),
  );
  const key = await service.client().user("ext:42").createApiKey({ name: "Laptop" });
  expect(key.value).toBe(SECRET);
  const names = service.seen.map(({ headers }) => headers["idempotency-key"]);
  expect(names).toHaveLength(3);
  expect(new Set(names).size).toBe(1);
  expect(names[0]).toMatch(/^[0-9a-f]{32}$/);
});

test("two calls have two names, and yours is taken where you have one", async () => {
  const service = await FakeService.start(json(ISSUED, 201));
  const user = service.client().user("ext:42");
  await user.createApiKey({ name: "Laptop" });
  await user.createApiKey({ name: "Laptop" }, { idempotencyKey: undefined });
  await user.createApiKey({ name: "Laptop" }, { idempotencyKey: "form-4711-of-today-at-noon" });
  const names = service.seen.map(({ headers }) => headers["idempotency-key"]);
  expect(new Set(names).size).toBe(3);
  expect(names[2]).toBe("form-4711-of-today-at-noon");
});

test("it gives up after so many times, or at once where it is told to", async () => {
  const service = await FakeService.start(problem(503, "overloaded", { retry_after_ms: 1 }));
  const error = await failureOf(service.client().self());
  expect(error).toMatchObject({ code: "overloaded", retryAfterMs: 1, passes: true });
  expect(service.seen).toHaveLength(3);
  await failureOf(service.client({ retries: 0 }).self());
  expect(service.seen).toHaveLength(4);
});

test("it does not wait for what comes after its time", async () => {
  const service = await FakeService.start(problem(503, "unavailable", { retry_after_ms: 60_000 }));
  const error = await failureOf(service.client().self());
  expect(error.code).toBe("unavailable");
  expect(service.seen).toHaveLength(1);
});

test("no answer in time is a failure of its own", async () => {
  const service = await FakeService.start(saysNothing);
  const error = await failureOf(service.client({ timeout: 50 }).self());
  expect(error).toMatchObject({ code: "timed_out", status: undefined });
  expect(error.detail).toContain("50 ms");
  expect((await failureOf(service.client().self({ timeout: 40 }))).detail).toContain("40 ms");
});

test("an abort throws what you said", async () => {
  const service = await FakeService.start(saysNothing);
  const why = new Error("the page was left");
  const controller = new AbortController();
  const call = service.client().self({ signal: controller.signal });
  controller.abort(why);
  await expect(call).rejects.toBe(why);
});

test("an abort ends the wait for another try", async () => {
  const controller = new AbortController();
  const service = await FakeService.start((response) => {
    problem(503, "overloaded", { retry_after_ms: 5_000 })(response, service.last);
    setTimeout(() => {
      controller.abort(new Error("enough"));
    }, 20);
  });
  await expect(service.client().self({ signal: controller.signal })).rejects.toThrow("enough");
});

test("nobody there is said so, with the cause", async () => {
  const service = await FakeService.start(hangUp);
  const error = await failureOf(service.client({ retries: 0 }).self());
  expect(error.code).toBe("unreachable");
  expect(error.cause).toBeDefined();
});

test("an answer of something else is not taken for one of Shearline", async () => {
  const page = (status: number) => (response: Parameters<typeof hangUp>[0]) => {
    response.writeHead(status, { "Content-Type": "text/html" }).end("<h1>Welcome</h1>");
  };
  const service = await FakeService.start(page(200), page(404), page(502), json(DESCRIBED));
  expect(await failureOf(service.client().self())).toMatchObject({ code: "unexpected_answer", status: 200 });
  expect(await failureOf(service.client().self())).toMatchObject({ code: "unexpected_answer", status: 404 });
  // what stands before Shearline cannot reach it for the moment
  expect((await service.client().self()).id).toBe(DESCRIBED.id);
});

test("a redirect is not followed with the key", async () => {
  const elsewhere = await FakeService.start(json(DESCRIBED));
  const service = await FakeService.start((response) => {
    response.writeHead(302, { Location: elsewhere.url }).end();
  });
  const error = await failureOf(service.client().self());
  expect(error.code).toBe("unexpected_answer");
  expect(elsewhere.seen).toHaveLength(0);
});

test("a key does not go to another machine in the clear, unless something else encrypts", () => {
  expect(() => new Shearline({ url: "http://keys.example.com", key: SECRET })).toThrow(/in the clear/);
  expect(() => new Shearline({ url: "ftp://keys.example.com", key: SECRET })).toThrow(/https/);
  expect(() => new Shearline({ url: "keys", key: SECRET })).toThrow(TypeError);
  for (const url of [
    "http://localhost:8080",
    "http://127.0.0.1",
    "http://[::1]:1",
    "https://keys.example.com/base",
  ]) {
    expect(new Shearline({ url, key: SECRET })).toBeDefined();
  }
  expect(new Shearline({ url: "http://keys.internal", key: SECRET, allowPlainHttp: true })).toBeDefined();
});

test("a key that cannot be one is named in no message", async () => {
  const service = await FakeService.start(json(DESCRIBED));
  const call = service.client({ key: `${SECRET}\n` }).self();
  const thrown = await call.catch((error: unknown) => error as Error);
  expect(thrown).toBeInstanceOf(TypeError);
  expect(String((thrown as Error).stack)).not.toContain(SECRET);
  expect(service.seen).toHaveLength(0);
});

test("a token is asked for before each request, and its failure is its own", async () => {
  const service = await FakeService.start(json(DESCRIBED));
  let number = 0;
  const client = service.client({ key: () => Promise.resolve(`token-${String(++number)}`) });
  await client.self();
  await client.self();
  expect(service.seen.map(({ headers }) => headers.authorization)).toEqual([
    "Bearer token-1",
    "Bearer token-2",
  ]);
  const gone = new Error("signed out");
  await expect(service.client({ key: () => Promise.reject(gone) }).self()).rejects.toBe(gone);
});

test("a service below a path is asked there", async () => {
  const service = await FakeService.start(json(DESCRIBED));
  await service.client({ url: `${service.url}/keys/` }).self();
  await service.client({ url: `${service.url}/keys` }).self();
  expect(service.seen.map(({ path }) => path)).toEqual(["/keys/v1/keys/self", "/keys/v1/keys/self"]);
});
