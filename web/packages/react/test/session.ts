import type { Session } from "../src/session.ts";

/** A session that allows what it is not told to limit. */
export function sessionWith(
  limits: Partial<Session["limits"]> = {},
  forced: Session["forced"] = null,
): Session {
  return {
    kind: "embed",
    expiresAt: null,
    organization: { id: "org_4mZ0cQk1T7yB2sXd", name: "Acme", externalId: "acme" },
    capabilities: ["keys:read", "keys:write"],
    owners: [],
    forced,
    limits: { defaultTtl: "90d", maxTtl: "365d", expiryRequired: true, cidrRequired: false, ...limits },
    scopes: [],
  };
}
