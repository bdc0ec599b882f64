import { parseKey, Shearline, ShearlineError } from "@shearline/sdk";
import { expect, inject, test } from "vitest";

const shearline = new Shearline({ url: inject("serviceUrl"), key: inject("operatorKey") });
const initech = shearline.organization({ externalId: "initech", name: "Initech" });

async function failureOf(call: Promise<unknown>): Promise<ShearlineError> {
  const thrown = await call.catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(ShearlineError);
  return thrown as ShearlineError;
}

test("a key is made, verified, rotated and revoked, and then refused", async () => {
  const user = shearline.user({ externalId: "52", name: "Ada Lovelace" });

  const key = await user.createApiKey({ description: "Laptop" });
  expect(key).toMatchObject({ name: "Laptop", status: "active", type: "personal" });
  expect(key.owner).toMatchObject({ type: "user", externalId: "52" });
  expect(parseKey(key.value)).toMatchObject({ result: "well_formed", id: key.id });
  expect(key.value.endsWith(key.lastFour)).toBe(true);
  expect(await shearline.verify(key.value)).toMatchObject({
    valid: true,
    keyId: key.id,
    owner: { externalId: "52" },
  });

  const next = await key.rotate({ grace: "1h" });
  expect(next.rotatedFrom).toBe(key.id);
  expect(await shearline.verify(key.value)).toMatchObject({ valid: true });
  expect(await shearline.verify(next.value)).toMatchObject({ valid: true });

  const revoked = await next.revoke({ reason: "Lost laptop" });
  expect(revoked).toMatchObject({ status: "revoked", reason: "Lost laptop" });
  expect(revoked.propagation.complete).toBe(true);
  expect(await shearline.verify(next.value)).toMatchObject({ valid: false, code: "revoked" });
  expect((await next.revoke()).status).toBe("revoked");
});

test("a team, a department and the organization have keys of their own, and each lists its own", async () => {
  const team = initech.team({ externalId: "web", name: "Web" });
  const department = initech.department({ externalId: "eng", name: "Engineering" });
  const ofTeam = await team.createApiKey({
    description: "Front end",
    expiresAt: new Date(Date.now() + 3_600_000),
  });
  const ofDepartment = await department.createApiKey({ description: "Tools", isPublic: true });
  const ofInitech = await initech.createApiKey({ description: "Build", type: "ci" });

  expect(ofTeam.owner).toMatchObject({ type: "team", externalId: "web" });
  expect(ofTeam.status).toBe("expiring");
  expect(ofDepartment.isPublic).toBe(true);
  expect(ofInitech.type).toBe("ci");
  for (const [owner, key] of [
    [team, ofTeam],
    [department, ofDepartment],
    [initech, ofInitech],
  ] as const) {
    expect((await owner.listApiKeys().take(9)).map(({ id }) => id)).toEqual([key.id]);
  }
  const all = await shearline.listApiKeys({ organization: "ext:initech", limit: 1 }).take(9);
  expect(all.map(({ id }) => id).sort()).toEqual([ofTeam.id, ofDepartment.id, ofInitech.id].sort());
});

test("a change is seen, and a disabled key comes back", async () => {
  const key = await initech
    .team({ externalId: "ops", name: "Operations" })
    .createApiKey({ description: "Pager" });
  expect(await key.update({ name: "Pager of the week", metadata: { costCenter: 7 } })).toMatchObject({
    name: "Pager of the week",
    metadata: { costCenter: 7 },
    version: 2,
  });
  await key.disable();
  expect(await shearline.verify(key.value)).toMatchObject({ valid: false, code: "disabled" });
  await key.enable();
  expect(await shearline.verify(key.value, { scopes: ["keys:read"] })).toMatchObject({
    code: "insufficient_scope",
  });
  expect((await shearline.apiKey(key.id).get()).metadata).toEqual({ costCenter: 7 });
});

test("what a key was asked about is counted", async () => {
  const key = await initech
    .team({ externalId: "data", name: "Data" })
    .createApiKey({ description: "Import" });
  await shearline.verify(key.value, { cost: 25, address: "203.0.113.7", route: "POST /imports" });
  await shearline.verify(key.value, { scopes: ["keys:read"] });
  await expect
    .poll(async () => (await key.usage({ granularity: "hour" })).total)
    .toEqual({ allowed: 1, denied: { insufficient_scope: 1 }, units: 25 });
  await expect
    .poll(async () => (await key.callers()).items[0])
    .toMatchObject({ address: "203.0.113.7", route: "POST /imports" });
  expect((await key.impact()).today.allowed).toBe(1);
});

test("a call that is made again under its name makes nothing new", async () => {
  const user = shearline.user({ externalId: "53" });
  const idempotencyKey = "form-4711-of-today-at-noon";
  const first = await user.createApiKey({ description: "Desk" }, { idempotencyKey });
  const again = await user.createApiKey({ description: "Desk" }, { idempotencyKey });
  expect(again.value).toBe(first.value);
  const other = await failureOf(user.createApiKey({ description: "Other" }, { idempotencyKey }));
  expect(other).toMatchObject({ code: "idempotency_key_reused", status: 422 });
});

test("an ephemeral key works once", async () => {
  const key = await initech.createApiKey({ description: "Invitation", type: "ephemeral", expiresIn: "1h" });
  const [first, second] = await shearline.verifyAll([{ key: key.value }, { key: key.value }]);
  expect([first?.code, second?.code].sort()).toEqual(["allowed", "already_used"]);
});

test("a problem says what to do", async () => {
  const wrong = await failureOf(initech.createApiKey({ description: "x", expiresAt: "soon" }));
  expect(wrong).toMatchObject({ code: "invalid_field", status: 422, field: "expiresAt" });
  expect(wrong.requestId).toMatch(/^req_/);
  expect(await failureOf(shearline.apiKey("key_000000000000").get())).toMatchObject({
    code: "not_found",
    status: 404,
  });
  const stranger = new Shearline({ url: inject("serviceUrl"), key: "not-a-key" });
  expect(await failureOf(stranger.self())).toMatchObject({ code: "unauthenticated", status: 401 });
});
