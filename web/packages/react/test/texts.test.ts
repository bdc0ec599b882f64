import { ShearlineError } from "@shearline/sdk";
import { expect, test } from "vitest";
import { isInUse, isSameName, typeable } from "../src/logic/confirmation.ts";
import { isExpired, saidOf } from "../src/logic/failure.ts";
import { formatIn, localeFor } from "../src/logic/format.ts";
import { lookupOf } from "../src/logic/lookup.ts";
import { chipsOf, covers, groupsOf } from "../src/logic/scopes.ts";
import { maskIn, snippetsOf, testCall } from "../src/logic/snippets.ts";
import { german } from "../src/messages/de.ts";
import { english, type Messages } from "../src/messages/en.ts";
import { counting, plain } from "../src/messages/rich.ts";
import { NoTokenError } from "../src/token.ts";

const NOW = new Date("2026-11-23T14:00:00Z").getTime();
const KEY = ["shl", "live", "sk", "3Fq0AbCdEfGh" + "x".repeat(32) + "0Qx9Kp"].join("_");

function at(seconds: number): Date {
  return new Date(NOW + seconds * 1000);
}

test.each([
  [-10, "now"],
  [-300, "5 min ago"],
  [-7_200, "2 hr ago"],
  [-86_400 * 9, "9 days ago"],
  [-86_400 * 40, "14 Oct 2026"],
  [86_400 * 6.9, "in 7 days"],
])("what is %i s away is called %s", (seconds, text) => {
  // one ICU has full stops, another one has none
  expect(
    formatIn("en-GB", () => NOW)
      .relative(at(seconds))
      .replace(".", ""),
  ).toBe(text);
});

test("dates are those of the browser's kind of the language", () => {
  expect(localeFor("en", ["de-AT", "en-GB"])).toBe("en-GB");
  expect(localeFor("de", ["en-GB", "de"])).toBe("de");
  expect(localeFor("de", ["en-GB"])).toBe("de");
  expect(formatIn("en-GB").list(["a", "b", "c"])).toBe("a, b and c");
  expect(formatIn("de", () => NOW).relative(at(86_400 * 60), { always: true })).toBe("in 60 Tagen");
});

test("numbers have the form that their language gives them", () => {
  const count = counting("pl");
  const forms = { one: "# klucz", few: "# klucze", many: "# kluczy", other: "# klucza" };
  expect([1, 3, 5].map((number) => count(number, forms))).toEqual(["1 klucz", "3 klucze", "5 kluczy"]);
  expect(english.table.shown(25, 1204)).toBe("25 of 1,204 keys");
  expect(german.table.shown(25, 1204)).toBe("25 von 1.204 Schlüssel");
});

test("German has a text wherever English has one", () => {
  const texts = (messages: Messages): string[] =>
    Object.values(messages).flatMap((group) =>
      typeof group === "string" ? [group] : Object.values(group as Record<string, unknown>).map(String),
    );
  const [inEnglish, inGerman] = [texts(english), texts(german)];
  expect(inGerman.length).toBe(inEnglish.length);
  expect(inGerman.map((text) => text === "")).toEqual(inEnglish.map((text) => text === ""));
});

test("the sentence before the button says what the key will be", () => {
  const key = {
    isPublic: false,
    owner: "Payments",
    scopes: "sessions:write and audit:read",
    isFull: false,
    isLimited: false,
    until: "21 Feb 2027",
  };
  expect(plain(english.create.summary(key))).toBe(
    "A secret key for Payments that may use sessions:write and audit:read, from any address, until 21 Feb 2027.",
  );
  expect(plain(english.create.summary({ ...key, isFull: true, until: undefined }))).toBe(
    "A secret key for Payments with full access, from any address, without an end.",
  );
  expect(plain(german.create.summary({ ...key, scopes: undefined }))).toBe(
    "Ein geheimer Schlüssel für Payments, der sagt, wem er gehört, und sonst nichts darf, von jeder Adresse, bis 21 Feb 2027.",
  );
});

test("of a name that is typed, case, spaces and dots do not count", () => {
  expect(isSameName("Production checkout-service", "production · checkout-service")).toBe(true);
  expect(isSameName("production", "production · checkout-service")).toBe(false);
  expect(isSameName("", "·")).toBe(false);
  expect(typeable("production · checkout-service")).toBe("production checkout-service");
  expect(isInUse(null, NOW)).toBe(false);
  expect(isInUse(at(-86_400 * 6).toISOString(), NOW)).toBe(true);
  expect(isInUse(at(-86_400 * 8).toISOString(), NOW)).toBe(false);
});

test("a key that is pasted is not sent", async () => {
  const { q, digest } = await lookupOf(KEY);
  expect(KEY.slice(0, 16)).toBe(q ?? KEY.slice(0, 16));
  expect(digest ?? "").not.toContain("x".repeat(20));
  expect(await lookupOf("partner-integration-logistics-eu-central-1")).toEqual({
    q: "partner-integration-logistics-eu-central-1",
  });
  expect(await lookupOf("")).toEqual({});
});

test("scopes stand by resource, and two of them in a row", () => {
  const scopes = ["b:write", "a:read", "b:read", "*"].map((name) => ({
    name,
    title: name,
    description: name === "a:read" ? "Open tunnels" : "",
    publishable: false,
  }));
  expect(groupsOf(scopes).map(({ resource, scopes: of }) => [resource, of.length])).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  expect(groupsOf(scopes, "tunnel").map(({ resource }) => resource)).toEqual(["a"]);
  expect(["a:read", "b:read", "c:read"].map((scope) => covers(["a:*", "b:read"], scope))).toEqual([
    true,
    true,
    false,
  ]);
  expect(covers(["*"], "c:read")).toBe(true);
  expect(chipsOf(["a", "b", "c"])).toEqual({ shown: ["a", "b"], hidden: ["c"] });
});

test("examples hold the key only where it is written down, and show it masked", () => {
  const snippets = snippetsOf(KEY, { variable: "ACME_KEY" }, english.snippets);
  expect(snippets.filter(({ holdsKey }) => holdsKey).map(({ name }) => name)).toEqual([".env", "GitHub"]);
  const [env] = snippets;
  expect(maskIn(env?.text ?? "", KEY, "shl_live_sk_3Fq0…x9Kp")).toContain("ACME_KEY=shl_live_sk_3Fq0…x9Kp");
  expect(testCall(new URL("https://keys.example.com/base/"))).toContain(
    "https://keys.example.com/base/v1/keys/self",
  );
});

test("a failure is said in our words where we have some", () => {
  const said = (facts: ConstructorParameters<typeof ShearlineError>[0]): string =>
    saidOf(new ShearlineError(facts), english.failure);
  expect(
    said({ code: "plan_limit_reached", detail: "x", plan: "free", limit: 5, used: 5, neededPlan: "pro" }),
  ).toBe(
    "All 5 keys of the plan free are in use (5 of 5). Revoke one that is not needed. The plan pro has it.",
  );
  expect(said({ code: "policy_violated", detail: "Your role is too low." })).toBe("Your role is too low.");
  expect(said({ code: "unreachable", detail: "x" })).toBe(english.failure.away);
  expect(saidOf(new Error("x"), english.failure)).toBe(english.failure.unexpected);
  expect(isExpired(new NoTokenError())).toBe(true);
  expect(isExpired(new ShearlineError({ code: "unauthenticated", detail: "x" }))).toBe(true);
  expect(isExpired(new ShearlineError({ code: "forbidden", detail: "x" }))).toBe(false);
});
