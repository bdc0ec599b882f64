import { ApiKey, defined, IssuedApiKey } from "./api-key.ts";
import { Pages } from "./pages.ts";
import { type CallOptions, drawIdempotencyKey, type IdempotentOptions, type Transport } from "./transport.ts";
import type { Optional, QueryOf, Reference, Schemas } from "./types.ts";

type Given = Omit<
  Schemas["NewApiKey"],
  | "type"
  | "user"
  | "team"
  | "department"
  | "organization"
  | "visibility"
  | "name"
  | "description"
  | "scopes"
  | "expiresAt"
  | "notBefore"
>;

/** A name, or a description from which it follows. */
type Named =
  { description: string; name?: string | undefined } | { name: string; description?: string | undefined };

/** Of a new key. One of `description` and `name` is all that is needed. */
export type NewApiKey = Named &
  Optional<Given> & {
    /** What it may do, `resource:action` each. By default nothing but to say whose it is. */
    scopes?: string[] | undefined;
    /** By default in 90 days, or what the plan allows at most. Null for a key without an expiry. */
    expiresAt?: Date | string | null | undefined;
    notBefore?: Date | string | undefined;
    /** Whether it may stand in a web page. By default it is secret. */
    isPublic?: boolean | undefined;
  };

/** Of an organization. */
export type NewOrganizationKey = NewApiKey & {
  /** `ci`: for pipelines. `ephemeral`: works once, lives a day at most. By default `team`, like those of teams. */
  type?: "team" | "ci" | "ephemeral" | undefined;
};

/** Which keys, and in what order. */
export type KeyFilter = Optional<
  Omit<QueryOf<"/v1/keys">, "cursor" | "organization" | "owner" | "rotationDue">
> & {
  /** Only keys that should be rotated, after the policy of their organization. */
  rotationDue?: true | undefined;
};

/** Of one owner. */
export type OwnedKeyFilter = Omit<KeyFilter, "type">;

/** A user by reference, or one that is made if it is not there; that needs an operator's key. */
export type UserReference = Schemas["UserField"];
export type TeamReference = Schemas["TeamField"];
export type DepartmentReference = Schemas["DepartmentField"];
export type OrganizationReference = Schemas["OrganizationField"];

type Holder = Pick<Schemas["NewApiKey"], "user" | "team" | "department" | "organization">;
type OwnerKind = "user" | "team" | "department" | "organization";

/** Somebody who has keys. */
class KeyOwner {
  protected readonly transport: Transport;
  protected readonly holder: Holder;
  readonly #kind: OwnerKind;

  constructor(transport: Transport, kind: OwnerKind, holder: Holder) {
    this.transport = transport;
    this.#kind = kind;
    this.holder = holder;
  }

  protected async create(
    type: Schemas["KeyType"],
    { isPublic, scopes, expiresAt, ...given }: NewApiKey,
    options?: IdempotentOptions,
  ): Promise<IssuedApiKey> {
    const body = {
      ...given,
      ...this.holder,
      type,
      scopes: scopes ?? [],
      visibility: isPublic === true ? "publishable" : undefined,
      ...(expiresAt === null ? { expiresIn: "none" } : { expiresAt }),
    } as const;
    const issued = await this.transport.call("post", "/v1/keys", {
      idempotencyKey: drawIdempotencyKey(),
      ...defined(options),
      body,
    });
    return new IssuedApiKey(this.transport, issued);
  }

  /** Without those that are revoked or used, unless `status` asks for them. */
  listApiKeys(filter: OwnedKeyFilter = {}, options?: CallOptions): Pages<ApiKey> {
    const owner = referenceOf(this.holder[this.#kind]);
    const organization = referenceOf(this.holder.organization);
    const type = this.#kind === "user" ? "personal" : undefined;
    // an id of yours may name a user and a team alike
    return listKeys(this.transport, { ...filter, owner, organization, type }, options, (key) => {
      return key.owner.type === this.#kind;
    });
  }
}

/** A person. Their keys can do what they themselves may do at most, and end with them. */
export class User extends KeyOwner {
  constructor(transport: Transport, user: UserReference, within: Pick<Holder, "organization"> = {}) {
    super(transport, "user", { ...within, user });
  }

  createApiKey(key: NewApiKey, options?: IdempotentOptions): Promise<IssuedApiKey> {
    return this.create("personal", key, options);
  }
}

/** Their keys outlive the people who made them. */
export class Team extends KeyOwner {
  constructor(transport: Transport, team: TeamReference, within: Pick<Holder, "organization"> = {}) {
    super(transport, "team", { ...within, team });
  }

  createApiKey(key: NewApiKey, options?: IdempotentOptions): Promise<IssuedApiKey> {
    return this.create("team", key, options);
  }
}

/** Its keys are valid in its teams too. */
export class Department extends KeyOwner {
  constructor(
    transport: Transport,
    department: DepartmentReference,
    within: Pick<Holder, "organization"> = {},
  ) {
    super(transport, "department", { ...within, department });
  }

  createApiKey(key: NewApiKey, options?: IdempotentOptions): Promise<IssuedApiKey> {
    return this.create("team", key, options);
  }
}

/** Its keys are valid in all of it. */
export class Organization extends KeyOwner {
  constructor(transport: Transport, organization: OrganizationReference) {
    super(transport, "organization", { organization });
  }

  createApiKey({ type, ...key }: NewOrganizationKey, options?: IdempotentOptions): Promise<IssuedApiKey> {
    return this.create(type ?? "team", key, options);
  }

  /** One of its members. */
  user(user: UserReference): User {
    return new User(this.transport, user, this.holder);
  }

  team(team: TeamReference): Team {
    return new Team(this.transport, team, this.holder);
  }

  department(department: DepartmentReference): Department {
    return new Department(this.transport, department, this.holder);
  }
}

export type KeyQuery = KeyFilter & {
  organization?: Reference | undefined;
  owner?: Reference | undefined;
};

export function listKeys(
  transport: Transport,
  query: KeyQuery,
  options: CallOptions | undefined,
  isMeant: (key: ApiKey) => boolean = () => true,
): Pages<ApiKey> {
  return new Pages(async (cursor) => {
    const page = await transport.call("get", "/v1/keys", {
      ...options,
      query: { ...query, cursor, rotationDue: query.rotationDue && "true" },
    });
    return {
      items: page.items.map((fields) => new ApiKey(transport, fields)).filter(isMeant),
      nextCursor: page.nextCursor,
    };
  });
}

function referenceOf(field: Reference | { externalId: string } | undefined): Reference | undefined {
  return typeof field === "object" ? `ext:${field.externalId}` : field;
}
