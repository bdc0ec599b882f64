import type { KeyTerms, Session } from "../src/session.ts";

/** What a plan allows that limits as most do. */
export function terms(given: Partial<KeyTerms> = {}): KeyTerms {
  return { defaultTtl: "90d", maxTtl: "365d", expiryRequired: true, cidrsRequired: false, ...given };
}

export function sessionWith(forced: Session["forced"] = null): Session {
  return {
    kind: "embed",
    expiresAt: null,
    organization: { id: "org_4mZ0cQk1T7yB2sXd", name: "Acme", externalId: "acme" },
    capabilities: ["keys:read", "keys:write"],
    owners: [],
    forced,
    scopes: [],
  };
}
