import { ShearlineError } from "@shearline/sdk";
import { expect, test } from "vitest";
import { type Draft, emptyDraft, faultsIn, faultsOf, keyOf } from "../src/logic/draft.ts";
import { formatIn } from "../src/logic/format.ts";
import { english } from "../src/messages/en.ts";
import { sessionWith, terms } from "./session.ts";

const session = sessionWith();
const draft: Draft = { ...emptyDraft(terms()), name: " Deploy bot " };

function faults(change: Partial<Draft>, within = terms()): object {
  return faultsOf({ ...draft, ...change }, within, english.create, formatIn("en-GB"));
}

test("a name is all that is needed", () => {
  expect(faults({})).toEqual({});
  expect(faults({ name: "  " })).toEqual({ name: "Give the key a name." });
  expect(keyOf(draft, session)).toEqual({
    name: "Deploy bot",
    scopes: [],
    isPublic: false,
    expiresIn: "90d",
    description: undefined,
    cidrs: undefined,
    metadata: undefined,
    notBefore: undefined,
  });
});

test("what is wrong is said at its field", () => {
  expect(faults({ addresses: "203.0.113.0/24, 2001:db8::1 nowhere" })).toEqual({
    addresses: "nowhere is no address or range.",
  });
  expect(faults({}, terms({ cidrsRequired: true }))).toHaveProperty("addresses");
  for (const metadata of ["{", "[]", "7", "null"]) {
    expect(faults({ metadata })).toEqual({ metadata: "This is no JSON object." });
  }
  expect(faults({ expiry: { kind: "on", day: "2001-01-01" } })).toHaveProperty("expiry");
  expect(faults({ expiry: { kind: "on", day: "2999-01-01" } })).toHaveProperty("expiry");
});

test("what the host forces is what the key has, whatever was chosen", () => {
  const forced = sessionWith({ scopes: ["sessions:read"], maxTtl: null });
  expect(keyOf({ ...draft, isFull: true }, forced).scopes).toEqual(["sessions:read"]);
  expect(keyOf({ ...draft, isFull: true }, session).scopes).toEqual(["*"]);
});

test("what the server finds wrong is said at its field, too", () => {
  const error = new ShearlineError({
    code: "invalid_field",
    detail: "Take another one.",
    field: "cidrs[1]",
    errors: [
      { field: "expires_in", detail: "Too long." },
      { field: "type", detail: "No such type." },
    ],
  });
  expect(faultsIn(error)).toEqual({ addresses: "Take another one.", expiry: "Too long." });
});
