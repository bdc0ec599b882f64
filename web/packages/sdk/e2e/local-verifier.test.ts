import { LocalVerifier, Shearline } from "@shearline/sdk";
import { expect, inject, onTestFinished, test } from "vitest";

const service = { url: inject("serviceUrl"), key: inject("operatorKey") };
const shearline = new Shearline(service);

test("memory answers, a revocation is known at once, and all of it is counted", async () => {
  const hooli = shearline.organization({ externalId: "hooli", name: "Hooli" });
  const key = await hooli.createApiKey({ description: "Reports" });
  const verifier = new LocalVerifier(service);
  onTestFinished(() => verifier.close());
  await expect.poll(() => verifier.state.isFresh).toBe(true);

  expect(await verifier.verify(key.value)).toMatchObject({ valid: true, keyId: key.id });
  for (let i = 0; i < 9; i++) {
    expect((await verifier.verify(key.value)).valid).toBe(true);
  }
  expect(verifier.state).toMatchObject({ asked: 1, fromMemory: 9, unanswered: 0 });

  await key.revoke();
  await expect.poll(async () => (await verifier.verify(key.value)).code).toBe("revoked");

  await verifier.close();
  await expect.poll(async () => (await key.usage()).total.allowed).toBeGreaterThanOrEqual(10);
  const { allowed, denied } = (await key.usage()).total;
  const { asked, fromMemory } = verifier.state;
  expect(allowed + (denied.revoked ?? 0)).toBe(asked + fromMemory);
});
