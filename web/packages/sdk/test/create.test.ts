import { inspect } from "node:util";
import { expect, expectTypeOf, test } from "vitest";
import type { ApiKey, IssuedApiKey, NewApiKey } from "../src/index.ts";
import { DESCRIBED, FakeService, ISSUED, json, SECRET } from "./fake-service.ts";

test("a description is all that a user's key needs", async () => {
  const service = await FakeService.start(json(ISSUED, 201));

  const key = await service.client().user("ext:42").createApiKey({ description: "Laptop" });

  expect(service.last).toMatchObject({ method: "POST", path: "/v1/keys" });
  expect(service.last.body).toEqual({ type: "personal", user: "ext:42", description: "Laptop", scopes: [] });
  expect(key.value).toBe(SECRET);
  expect(key.lastFour).toBe("x9Kp");
});

test("an expiry, a key for web pages and whatever else there is are said in the words of TypeScript", async () => {
  const service = await FakeService.start(json(ISSUED, 201));

  await service
    .client()
    .team("team_8hW2vNq5RzL0aYtC")
    .createApiKey({
      name: "Widget",
      expiresAt: new Date("2030-01-31T12:00:00Z"),
      notBefore: "2029-01-31T12:00:00Z",
      isPublic: true,
      scopes: ["reports:read"],
      rateLimits: [{ amount: 100, per: "minute" }],
      verifiedMetadata: { costCenter: 7 },
    });

  expect(service.last.body).toEqual({
    type: "team",
    team: "team_8hW2vNq5RzL0aYtC",
    name: "Widget",
    expires_at: "2030-01-31T12:00:00.000Z",
    not_before: "2029-01-31T12:00:00Z",
    visibility: "publishable",
    scopes: ["reports:read"],
    rate_limits: [{ amount: 100, per: "minute" }],
    verified_metadata: { costCenter: 7 },
  });
});

test("null is no expiry", async () => {
  const service = await FakeService.start(json(ISSUED, 201));
  await service.client().user("ext:42").createApiKey({ description: "Laptop", expiresAt: null });
  expect(service.last.body).toMatchObject({ expires_in: "none" });
  expect(service.last.body).not.toHaveProperty("expires_at");
});

test("an organization has teams, departments and users, and keys of its own", async () => {
  const service = await FakeService.start(json(ISSUED, 201));
  const acme = service.client().organization({ externalId: "acme", name: "Acme Corp" });
  const organization = { external_id: "acme", name: "Acme Corp" };

  await acme.createApiKey({ description: "Reports" });
  await acme.createApiKey({ description: "Build", type: "ci" });
  await acme.team("ext:web").createApiKey({ description: "Front end" });
  await acme.department("ext:eng").createApiKey({ description: "Engineering" });
  await acme.user({ externalId: "42", email: "ada@example.com" }).createApiKey({ description: "Laptop" });

  expect(service.seen.map(({ body }) => body)).toEqual([
    { type: "team", organization, description: "Reports", scopes: [] },
    { type: "ci", organization, description: "Build", scopes: [] },
    { type: "team", organization, team: "ext:web", description: "Front end", scopes: [] },
    { type: "team", organization, department: "ext:eng", description: "Engineering", scopes: [] },
    {
      type: "personal",
      organization,
      user: { external_id: "42", email: "ada@example.com" },
      description: "Laptop",
      scopes: [],
    },
  ]);
});

test("the secret is in no log, no JSON and no copy of the key", async () => {
  const service = await FakeService.start(json(ISSUED, 201));

  const key = await service.client().user("ext:42").createApiKey({ description: "Laptop" });

  expect(inspect(key, { depth: 9, showHidden: true })).not.toContain(SECRET);
  expect(JSON.stringify(key)).not.toContain(SECRET);
  expect(JSON.stringify(key)).toContain("x9Kp");
  expect(Object.assign({}, key)).not.toHaveProperty("value");
  expect(Object.keys(key)).not.toContain("secret");
});

test("a client shows nobody its own key", async () => {
  const service = await FakeService.start(json(DESCRIBED));
  const shown = inspect(service.client({ key: SECRET }).user("ext:42"), { depth: 9, showHidden: true });
  expect(shown).not.toContain(SECRET);
});

test("what callers name themselves keeps its names", async () => {
  const service = await FakeService.start(json(ISSUED, 201));
  const key = await service
    .client()
    .user("ext:42")
    .createApiKey({ description: "Laptop", metadata: { costCenter: 1, cost_center: { deepDown: 2 } } });
  expect(service.last.body).toMatchObject({ metadata: { costCenter: 1, cost_center: { deepDown: 2 } } });
  expect(key.metadata).toEqual({ cost_center: "R&D" });
});

test("the types know when there is a secret, and what a key must be called by", () => {
  expectTypeOf<IssuedApiKey>().toHaveProperty("value").toEqualTypeOf<string>();
  expectTypeOf<ApiKey>().not.toHaveProperty("value");
  expectTypeOf<ApiKey>().not.toHaveProperty("secret");
  expectTypeOf<ApiKey["expiresAt"]>().toEqualTypeOf<string | null>();
  expectTypeOf<{ description: string }>().toExtend<NewApiKey>();
  expectTypeOf<{ name: string; scopes: undefined }>().toExtend<NewApiKey>();
  expectTypeOf<{ scopes: string[] }>().not.toExtend<NewApiKey>();
});
