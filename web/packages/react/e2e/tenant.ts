/** An organization of a test's own, with a person, a team, and a session for both. */
import { type IssuedApiKey, Shearline } from "@shearline/sdk";
import { inject } from "vitest";
import type { Answer } from "./host.ts";

export const shearline = new Shearline({ url: inject("serviceUrl"), key: inject("operatorKey") });

const CAPABILITIES = ["keys:read", "keys:write"];
const SCOPES = [
  { name: "audit:read", description: "Read the audit log" },
  { name: "keys:read", description: "See keys" },
  { name: "keys:verify", description: "Verify keys" },
  { name: "keys:write", description: "Change keys" },
  { name: "sessions:read", description: "See who is connected" },
  { name: "sessions:write", description: "Open and end sessions" },
];
let made = 0;

export interface TenantOptions {
  capabilities?: readonly string[];
  limits?: object;
  forced?: object;
  grantable?: readonly string[];
}

export class Tenant {
  readonly organization;
  readonly user;
  readonly team;
  /** What stands for the token of a session: a key that may read and write keys. */
  readonly token: IssuedApiKey;
  readonly owners: readonly { type: "user" | "team"; id: string; name: string; externalId: string }[];
  readonly organizationId: string;
  readonly #options: TenantOptions;

  private constructor(name: string, token: IssuedApiKey, first: IssuedApiKey, options: TenantOptions) {
    this.#options = options;
    this.organization = shearline.organization(`ext:${name}`);
    this.user = this.organization.user("ext:noah");
    this.team = this.organization.team("ext:maps");
    this.token = token;
    this.organizationId = token.organization.id;
    this.owners = [
      { type: "user", id: first.owner.id, name: "Noah Patel", externalId: "noah" },
      { type: "team", id: token.boundary.id, name: "Maps", externalId: "maps" },
    ];
  }

  static async make(options: TenantOptions = {}): Promise<Tenant> {
    const name = `tenant-${String(process.pid)}-${String(++made)}`;
    const organization = shearline.organization({ externalId: name, name: "Acme" });
    const token = await organization.createApiKey({
      name: "Embed",
      scopes: SCOPES.map((scope) => scope.name),
    });
    const ofTeam = await organization
      .team({ externalId: "maps", name: "Maps" })
      .createApiKey({ name: "first of the team" });
    const first = await organization
      .user({ externalId: "noah", name: "Noah Patel" })
      .createApiKey({ name: "first of the person" });
    await Promise.all([first.revoke(), ofTeam.revoke()]);
    const tenant = new Tenant(name, token, first, options);
    (tenant.owners[1] as { id: string }).id = ofTeam.owner.id;
    return tenant;
  }

  /** Answers what a session would, of what there is now. */
  session(live: Readonly<Record<string, number>> = {}): Answer {
    return (path, { headers }) => {
      if (path !== "/v1/session") {
        return undefined;
      }
      return headers.authorization === `Bearer ${this.token.value}`
        ? {
            status: 200,
            body: {
              kind: "embed",
              expires_at: null,
              organization: { id: this.organizationId, name: "Acme", external_id: null },
              capabilities: this.#options.capabilities ?? CAPABILITIES,
              owners: this.owners.map(({ type, id, name, externalId }) => ({
                type,
                id,
                name,
                external_id: externalId,
                capabilities: this.#options.capabilities ?? CAPABILITIES,
                grantable: this.#options.grantable ?? ["*"],
                live_keys: live[type] ?? 1,
                plan: "free",
                limits: {
                  default_ttl: "90d",
                  max_ttl: "365d",
                  expiry_required: true,
                  cidrs_required: false,
                  ...this.#options.limits,
                },
              })),
              forced: this.#options.forced ?? null,
              scopes: SCOPES.map((scope) => ({ ...scope, title: scope.description, publishable: false })),
            },
          }
        : { status: 401, body: { code: "unauthenticated", detail: "x", status: 401 } };
    };
  }
}
