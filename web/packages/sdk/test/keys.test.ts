import { expect, test } from "vitest";
import { ApiKey } from "../src/index.ts";
import { CHANGED, DESCRIBED, FakeService, ISSUED, json, KEY, SECRET } from "./fake-service.ts";

function page(ids: string[], next: string | null, owner = DESCRIBED.owner) {
  return json({ items: ids.map((id) => ({ ...DESCRIBED, id, owner })), next_cursor: next });
}

test("a list is read to its end, page by page", async () => {
  const service = await FakeService.start(
    page(["key_1", "key_2"], "c2"),
    page([], "c3"),
    page(["key_3"], null),
  );
  const found: string[] = [];
  for await (const key of service.client().listApiKeys({ limit: 2 })) {
    found.push(key.id);
  }
  expect(found).toEqual(["key_1", "key_2", "key_3"]);
  expect(service.seen.map(({ query }) => query)).toEqual([
    { limit: "2" },
    { limit: "2", cursor: "c2" },
    { limit: "2", cursor: "c3" },
  ]);
});

test("what is not looked at is not asked for", async () => {
  const service = await FakeService.start(page(["key_1", "key_2"], "c2"));
  const list = service.client().listApiKeys();
  expect(service.seen).toHaveLength(0);
  expect(await list.take(0)).toHaveLength(0);
  expect((await list.take(2)).map(({ id }) => id)).toEqual(["key_1", "key_2"]);
  expect(service.seen).toHaveLength(1);
});

test("a page can be had by its cursor", async () => {
  const service = await FakeService.start(page(["key_1"], "c2"));
  const first = await service.client().listApiKeys().page("c1");
  expect(first.nextCursor).toBe("c2");
  expect(first.items[0]).toBeInstanceOf(ApiKey);
  expect(service.last.query).toEqual({ cursor: "c1" });
});

test("filters are said in the words of TypeScript", async () => {
  const service = await FakeService.start(page([], null));
  await service
    .client()
    .listApiKeys({
      status: ["active", "expiring"],
      unusedFor: "90d",
      rotationDue: true,
      organization: "ext:acme",
    })
    .page();
  expect(service.last.query).toEqual({
    status: "active,expiring",
    unused_for: "90d",
    rotation_due: "true",
    organization: "ext:acme",
  });
});

test("the list of an owner is of that owner, also where a user and a team have the same id of yours", async () => {
  const mixed = json({
    items: [
      { ...DESCRIBED, id: "key_1", owner: { type: "team", id: "team_1", external_id: "web" } },
      { ...DESCRIBED, id: "key_2", owner: { type: "user", id: "usr_1", external_id: "web" } },
    ],
    next_cursor: null,
  });
  const service = await FakeService.start(mixed);
  const acme = service.client().organization({ externalId: "acme", name: "Acme Corp" });

  expect(await acme.team("ext:web").listApiKeys().take(9)).toMatchObject([{ id: "key_1" }]);
  expect(service.last.query).toEqual({ owner: "ext:web", organization: "ext:acme" });

  expect(await acme.user("ext:web").listApiKeys({ limit: 5 }).take(9)).toMatchObject([{ id: "key_2" }]);
  expect(service.last.query).toEqual({
    owner: "ext:web",
    organization: "ext:acme",
    type: "personal",
    limit: "5",
  });
});

test("a key is changed, rotated, disabled, enabled and revoked by itself", async () => {
  const service = await FakeService.start(
    json(DESCRIBED),
    json(CHANGED),
    json(ISSUED, 201),
    json(CHANGED),
    json(CHANGED),
    json({ ...CHANGED, status: "revoked" }),
  );
  const key = await service.client().apiKey("key_3Fq0AbCdEfGh").get();

  const changed = await key.update({ name: "Desk", expiresAt: null, notBefore: undefined });
  const next = await key.rotate({ grace: "1h", endAtFirstUse: true });
  await key.disable();
  await key.enable();
  const revoked = await key.revoke({ reason: "Lost" });

  expect(service.seen.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["GET", "/v1/keys/key_3Fq0AbCdEfGh", undefined],
    ["PATCH", "/v1/keys/key_3Fq0AbCdEfGh", { name: "Desk", expires_at: null }],
    ["POST", "/v1/keys/key_3Fq0AbCdEfGh/rotate", { grace: "1h", end_at_first_use: true }],
    ["POST", "/v1/keys/key_3Fq0AbCdEfGh/disable", undefined],
    ["POST", "/v1/keys/key_3Fq0AbCdEfGh/enable", undefined],
    ["POST", "/v1/keys/key_3Fq0AbCdEfGh/revoke", { reason: "Lost" }],
  ]);
  expect(changed.propagation.tookMs).toBe(3);
  expect(next.value).toBe(SECRET);
  expect(revoked.status).toBe("revoked");
  expect(revoked.isPublic).toBe(false);
});

test("usage is asked for by time, and refusals keep the names of their reasons", async () => {
  const total = { allowed: 3, denied: { not_yet_valid: 2 }, units: 3 };
  const service = await FakeService.start(json({ key_id: "key_1", items: [], total }));
  const usage = await service
    .client()
    .apiKey("key_1")
    .usage({ from: new Date("2030-01-31T00:00:00Z"), granularity: "hour" });
  expect(service.last).toMatchObject({
    path: "/v1/keys/key_1/usage",
    query: { from: "2030-01-31T00:00:00.000Z", granularity: "hour" },
  });
  expect(usage.total.denied.not_yet_valid).toBe(2);
  expect(usage.keyId).toBe("key_1");
});

test("callers, impact and the client's own key are described", async () => {
  const service = await FakeService.start(
    json({ items: [{ user_agent: "curl", last_at: "2030-01-31T00:00:00Z" }] }),
    json({ last_used_at: null }),
    json(DESCRIBED),
  );
  const client = service.client();
  expect((await client.apiKey("key_1").callers()).items[0]?.userAgent).toBe("curl");
  expect((await client.apiKey("key_1").impact()).lastUsedAt).toBeNull();
  expect((await client.self()).masked).toContain("…");
  expect(service.seen.map(({ path }) => path)).toEqual([
    "/v1/keys/key_1/callers",
    "/v1/keys/key_1/impact",
    "/v1/keys/self",
  ]);
  expect(service.last.headers.authorization).toBe(`Bearer ${KEY}`);
});

test("no id leaves its place in a path", async () => {
  const service = await FakeService.start(json(DESCRIBED));
  await service.client().apiKey("../organizations?x=").get();
  expect(service.last.path).toBe("/v1/keys/..%2Forganizations%3Fx%3D");
});
