// Generated from spec/openapi.yaml by `npm run generate`. Do not edit.

/** Fields whose objects have names that callers choose: these are sent and shown as they are. */
export const OPAQUE_FIELDS: readonly string[] = ["denied", "metadata", "verifiedMetadata"];

export interface paths {
  "/v1/keys": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List keys
     * @description A page of the keys that the caller may see, without those that are revoked or used unless `status` asks for them. Filters are joined by AND.
     */
    get: operations["listKeys"];
    put?: never;
    /**
     * Create a key
     * @description Makes a key and returns its secret, once. Nobody can ask for the secret again. An operator may give the organization, department, team or user as an object, which is made in the same transaction if it is not there; that needs `organizations:write` too, and for a user `members:write`; so does `user` without `organization` where the user has no personal organization yet. A credential of mode test makes keys of mode test only. Whoever asks must still be good when the key is committed: a credential that is revoked meanwhile gets 401 and no key. What the organization's plan or policy does not allow is refused with 403, with a code of its own, the plan that has it, and for a number how many there are. Waits up to 500 ms until every node knows the key.
     */
    post: operations["createKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/self": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * What am I?
     * @description The key that is the credential describes itself. Counts, spends and ends nothing; 401 while the key is not valid. A publishable key is public and says nothing of itself: 403.
     */
    get: operations["getSelf"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/verify": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * May this key do this?
     * @description All verdicts are 200; `code` is `allowed` or the first reason that was found, in a fixed order. A key over which the caller has no rights is `not_found`, as if it had never been. Each answer about a key is counted. An allowed use has effects: last use is noted, an ephemeral key is spent, its `cost` is drawn from the limits of the key, its owner and its organization, a rotation may end; `probe` has none. 503 when the node cannot know: it never guesses.
     */
    post: operations["verifyKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/verify-batch": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Verify up to 100 keys
     * @description Each question is answered by itself, in order. One that gets no verdict takes no answer away from the others: in its place stands `retryAfterMs` with the code of the problem. Only a node that can answer nothing at all says 503.
     */
    post: operations["verifyKeys"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/{id}": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get a key
     * @description Never its secret.
     */
    get: operations["getKey"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Change a key
     * @description What is left out stays. Null takes away `notBefore`, `verifiedMetadata`, `billedTo` or, where the plan allows it, the expiry. An expired key is recreated, not extended. Nobody widens a key that can do what they cannot: a further scope, more resources or addresses, a later expiry or an earlier beginning need every scope that the key then carries. Narrowing needs none.
     */
    patch: operations["updateKey"];
    trace?: never;
  };
  "/v1/keys/{id}/usage": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How often a key was verified
     * @description By hour or day of UTC: what was allowed, what was refused with each reason, and the costs of what was allowed. Every verification of the key is in it, on whatever node, but for probes; at most 5 s late. Hours and days in which nothing happened are left out.
     */
    get: operations["getKeyUsage"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/{id}/impact": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who would notice that a key is gone
     * @description Requests of today and of the last 7 days, in UTC, and the ten who came most often, as far as the questions have said.
     */
    get: operations["getKeyImpact"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/{id}/callers": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * From where a key was used
     * @description Address, route and user agent of allowed uses, as the questions have named them. Of a day at most 50 different ones are kept, and of all days the 100 that came most often are shown; the others are added up. Written within seconds; a node that is killed loses what it has not written yet. Kept for `usage.caller-retention`, and deleted when the owner is erased.
     */
    get: operations["listKeyCallers"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/{id}/revoke": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Revoke a key
     * @description Final; the row is kept. Waits up to 2 s for every node: when `propagation.complete` is true, no verification that arrives after this answer is allowed. Revoking a revoked key changes nothing, keeps its first reason, and waits again. An expired key can be revoked too.
     */
    post: operations["revokeKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/{id}/rotate": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Rotate a key
     * @description Makes a new key with everything copied and returns its secret, once. The old key works until its grace ends, or until the new one is used first if that is asked: when it is verified, or when it calls this API. The two are linked by `rotatedFrom` and `rotatedTo`. While a predecessor of the key works on in its grace, it is rotated with a grace of `0` only (409 otherwise): two of the keys that were rotated one into the next work at a time, and no third.
     */
    post: operations["rotateKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/{id}/disable": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Disable a key
     * @description Refused from now on, until it is enabled. Who reaches the whole organization disables with cause `administrator`, which only somebody who reaches it undoes; others with cause `manual`. Waits up to 2 s for every node.
     */
    post: operations["disableKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/keys/{id}/enable": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Enable a key
     * @description Undoes a disabling. Needs every scope that the key carries, a credential that reaches the whole organization if the cause is `administrator`, and an operator key if it is `history_forked`. Waits up to 500 ms for every node.
     */
    post: operations["enableKey"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/changes/head": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * How far this node is
     * @description Who follows the changes and has come as far has missed nothing of what was there when it asked. Those who remember verdicts ask now and then: only this proves that what they remember is not older than the question.
     */
    get: operations["getChangesHead"];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/usage-reports": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Report what was counted of verdicts that were remembered
     * @description For those who answer from memory: their answers count like ours. Counts are cumulative: of a source, key, hour and outcome the highest that has come counts, so a report may be sent any number of times. Begin a new source, a random name, at least each hour, and send the old one's last report with `last`. A source belongs to the caller that opened it. Keys that the caller may not know of are left out without a word. An allowed use is noted as the key's last use. Nothing else changes, so there is no audit event.
     */
    post: operations["reportUsage"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description What went wrong (RFC 9457). Programs decide by `code`. */
    Problem: {
      /**
       * Format: uri-reference
       * @description Where the code is explained.
       */
      type: string;
      /** @description The code in words. */
      title: string;
      status: number;
      /** @description A sentence that says what to do. It may change. */
      detail: string;
      code: components["schemas"]["ProblemCode"];
      requestId: string;
      /** @description The field or parameter at fault, as a path: `items[2].key`. */
      field?: string;
      /** @description Further faults of the same request. */
      errors?: {
        field: string;
        detail: string;
      }[];
      /** @description Milliseconds to wait before the request is repeated. */
      retryAfterMs?: number;
      /** @description Of a refusal by the plan: the id of the organization's plan. */
      plan?: string;
      /** @description The cheapest plan that has what is missing; left out where none has. */
      neededPlan?: string;
      /** @description How many the plan includes. */
      limit?: number;
      /** @description How many live. */
      used?: number;
      /** @description Of a forward authentication: why the key is refused. */
      reason?: components["schemas"]["VerdictCode"];
    };
    /**
     * @description Why a request was not answered as asked. A code never changes its meaning.
     * @enum {string}
     */
    ProblemCode:
      | "malformed_request"
      | "malformed_json"
      | "unauthenticated"
      | "insufficient_scope"
      | "scope_not_held"
      | "forbidden"
      | "key_type_not_in_plan"
      | "lifetime_not_in_plan"
      | "plan_limit_reached"
      | "policy_violated"
      | "https_required"
      | "origin_not_allowed"
      | "not_found"
      | "method_not_allowed"
      | "request_timeout"
      | "conflict"
      | "already_exists"
      | "invalid_state"
      | "idempotency_key_taken"
      | "body_too_large"
      | "uri_too_long"
      | "unsupported_media_type"
      | "misdirected_request"
      | "unknown_field"
      | "invalid_field"
      | "unknown_parameter"
      | "invalid_parameter"
      | "unknown_scope"
      | "unsupported_hash"
      | "invalid_idempotency_key"
      | "idempotency_key_reused"
      | "rate_limited"
      | "quota_exhausted"
      | "headers_too_large"
      | "internal"
      | "unavailable"
      | "overloaded"
      | "database_unavailable"
      | "outcome_unknown";
    /** @description An id of ours, or `ext:` and an id of yours: 1 to 255 printable characters without white space at its ends. */
    Reference: string;
    /** @description Your id. Unique per instance for organizations and users, per organization for units. */
    ExternalId: string;
    /** @description The public part of a key. */
    KeyId: string;
    /** @description A right: `resource:action`, `resource:*` for all actions, `*` for full access. */
    Scope: string;
    Scopes: components["schemas"]["Scope"][];
    /** @description One line, with something to see, without control characters and characters that change the direction of text. */
    Name: string;
    /** @description May have several lines; no other control characters, none that change the direction of text. */
    Text: string;
    /** @description From now: hours, days, weeks or years (365 days), or `none`. */
    Lifetime: string;
    /** @description Seconds, minutes, hours, days, weeks or years (365 days). */
    Span: string;
    /** @description A block of IPv4 or IPv6 addresses, without host bits. */
    Cidr: string;
    /** @description One of your things, by its type and your id of it. The id may have slashes. */
    ResourceName: string;
    /** @description One of your things, or with `*` as the id all of a type. It need not be registered: only its form is checked. */
    ResourcePattern: string;
    /** @description A JSON object of at most 4 KiB, kept as it came. */
    Metadata: {
      [key: string]: unknown;
    };
    /** @description A JSON object of at most 256 bytes that each verdict returns as `metadata`. */
    VerifiedMetadata: {
      [key: string]: unknown;
    };
    /**
     * @description personal: of a member; team: of a unit; ci: of an organization's pipelines; ephemeral: works once, lives at most a day; operator: of the instance.
     * @enum {string}
     */
    KeyType: "personal" | "team" | "ci" | "ephemeral" | "operator";
    /** @enum {string} */
    KeyMode: "live" | "test";
    /**
     * @description A publishable key may stand in a web page; only personal and team keys can be publishable.
     * @enum {string}
     */
    Visibility: "secret" | "publishable";
    /**
     * @description The first that holds: `revoked`, `used`, `expired`, `disabled`, `not_yet_valid`, `rotating`, `expiring` (within 14 days), `active`.
     * @enum {string}
     */
    KeyStatus:
      "revoked" | "used" | "expired" | "disabled" | "not_yet_valid" | "rotating" | "expiring" | "active";
    /**
     * @description Why a key was revoked or disabled. Keys are disabled as `unused`, `manual`, `administrator` or `history_forked`.
     * @enum {string}
     */
    Cause: "manual" | "leaked" | "rotated" | "owner_removed" | "unused" | "administrator" | "history_forked";
    /** @description Where the next page begins; null on the last one. */
    NextCursor: string | null;
    /**
     * Format: int64
     * @description A position in the change feed.
     */
    Epoch: number;
    /** @description Drawn at random for each position. Equal epoch and tag mean equal history. */
    Tag: string;
    Holder: {
      /** @enum {string} */
      type: "user" | "team" | "department" | "organization" | "instance";
      id: string;
      externalId: string | null;
    };
    Place: {
      id: string;
      externalId: string | null;
    };
    /** @description An organization by reference or, from an operator, as an object that is made if it is not there. */
    OrganizationField:
      | components["schemas"]["Reference"]
      | {
          externalId: components["schemas"]["ExternalId"];
          name: components["schemas"]["Name"];
        };
    /** @description A department by reference or, from an operator, as an object that is made if it is not there. */
    DepartmentField:
      | components["schemas"]["Reference"]
      | {
          externalId: components["schemas"]["ExternalId"];
          name: components["schemas"]["Name"];
        };
    /** @description A team by reference or, from an operator, as an object that is made if it is not there. */
    TeamField:
      | components["schemas"]["Reference"]
      | {
          externalId: components["schemas"]["ExternalId"];
          name: components["schemas"]["Name"];
          /** @description Null takes the team out of its department. */
          department?: components["schemas"]["Reference"] | null;
        };
    /** @description A user by reference or, from an operator, as an object that is made if it is not there. */
    UserField:
      | components["schemas"]["Reference"]
      | {
          externalId: components["schemas"]["ExternalId"];
          name?: components["schemas"]["Name"];
          email?: components["schemas"]["NullableEmail"];
        };
    /** @description A key as it is shown. Never its secret. */
    ApiKey: {
      id: components["schemas"]["KeyId"];
      name: string;
      description: string;
      type: components["schemas"]["KeyType"];
      visibility: components["schemas"]["Visibility"];
      mode: components["schemas"]["KeyMode"];
      status: components["schemas"]["KeyStatus"];
      /** @description The first characters of the key. */
      prefix: string;
      /** @description The last four characters of the key. */
      lastFour: string;
      /** @description The key as screens show it, for instance `shl_live_sk_3Fq0…x9Kp`. */
      masked: string;
      scopes: components["schemas"]["Scopes"];
      owner: components["schemas"]["Holder"];
      organization: components["schemas"]["Place"];
      /** @description The unit where the key is valid. */
      boundary: components["schemas"]["Holder"];
      /** @description Its owner, or, of a personal key, a unit at which or above which the owner has a role. */
      billedTo: components["schemas"]["Holder"];
      /** @description From where it works; from anywhere when empty. */
      cidrs: components["schemas"]["Cidr"][];
      /** @description Which of your things it works on; on any when empty. */
      resources: components["schemas"]["ResourcePattern"][];
      /** @description Of the key itself; its owner and its organization may have others. */
      rateLimits: components["schemas"]["RateLimit"][];
      quota: components["schemas"]["Quota"] | null;
      metadata: components["schemas"]["Metadata"];
      verifiedMetadata: components["schemas"]["VerifiedMetadata"] | null;
      /** Format: date-time */
      notBefore: string | null;
      /**
       * Format: date-time
       * @description Null for a key without expiry.
       */
      expiresAt: string | null;
      /** Format: date-time */
      createdAt: string;
      /** @description The id of the key or membership that made it, or, in an embed session, of the membership or unit that it is for. */
      createdBy: string;
      /**
       * Format: date-time
       * @description Of a key that another system has made: when it came here. Its id is ours; its prefix and last four may be unknown, and then empty.
       */
      importedAt: string | null;
      /** Format: date-time */
      updatedAt: string;
      /**
       * Format: date-time
       * @description At most 5 s late.
       */
      lastUsedAt: string | null;
      lastUsedAddress: string | null;
      rotatedFrom: components["schemas"]["KeyId"] | null;
      rotatedTo: components["schemas"]["KeyId"] | null;
      /**
       * Format: date-time
       * @description Of a rotated key: when its grace ends.
       */
      endsAt: string | null;
      /** @description Whether its first use ends the key that it was rotated from. */
      endAtFirstUse: boolean;
      /**
       * Format: date-time
       * @description From when on it should be rotated, after its organization's policy.
       */
      rotationDueAt: string | null;
      /** @description Whether that has come. */
      rotationDue: boolean;
      /** Format: date-time */
      revokedAt: string | null;
      /** @description Why it was revoked or disabled. */
      cause: components["schemas"]["Cause"] | null;
      /** @description What the person who revoked it wrote. */
      reason: string | null;
      /** @description One more with each change. */
      version: number;
    };
    ChangedApiKey: components["schemas"]["ApiKey"] & components["schemas"]["Change"];
    /** @description A new key with its secret, which is in this answer and nowhere else. */
    IssuedApiKey: components["schemas"]["ApiKey"] &
      components["schemas"]["Change"] & {
        /** @description The whole key. Keep it: nobody can ask for it again. */
        secret: string;
      };
    ApiKeyPage: {
      items: components["schemas"]["ApiKey"][];
      nextCursor: components["schemas"]["NextCursor"];
    };
    /** @description The place of a change in the feed, and how far it has come. Epoch and tag are null while the change has no number. */
    Change: {
      epoch: components["schemas"]["Epoch"] | null;
      tag: components["schemas"]["Tag"] | null;
      propagation: components["schemas"]["Propagation"];
    };
    Propagation: {
      /** @description Acknowledged and fenced and pending. */
      nodes: number;
      /** @description Nodes that have applied the change. */
      acknowledged: number;
      /** @description Nodes whose lease has lapsed: they answer 503 and nothing else. */
      fenced: number;
      /** @description Nodes of which neither is known. */
      pending: number;
      /** @description No verification that arrives after this answer is answered from before the change. */
      complete: boolean;
      /**
       * Format: date-time
       * @description When every node will have it at the latest; null while the change has no number.
       */
      deadBy: string | null;
      /** @description Milliseconds from the commit to this answer. */
      tookMs: number;
    };
    /** @description The owner follows from the type: personal, the `user`, by default the member who asks; team, the `team`, the `department` or else the `organization`; ci and ephemeral, the `organization`; operator, the instance, so none of them. */
    NewApiKey: {
      type: components["schemas"]["KeyType"];
      /** @description By default the first 100 characters of the description. */
      name?: components["schemas"]["Name"];
      description?: components["schemas"]["Text"];
      /** @description Whoever belongs to one may leave it out. `user` without it means the user's personal organization. */
      organization?: components["schemas"]["OrganizationField"];
      department?: components["schemas"]["DepartmentField"];
      team?: components["schemas"]["TeamField"];
      user?: components["schemas"]["UserField"];
      scopes: components["schemas"]["Scopes"];
      /** @default live */
      mode?: components["schemas"]["KeyMode"];
      /** @default secret */
      visibility?: components["schemas"]["Visibility"];
      /** @description By default 90 days or the maximum of the type. Not together with `expiresAt`. */
      expiresIn?: components["schemas"]["Lifetime"];
      /** Format: date-time */
      expiresAt?: string;
      /** Format: date-time */
      notBefore?: string;
      cidrs?: components["schemas"]["Cidr"][];
      /** @description Limits the key to these things of yours. Such a key does not call this API. */
      resources?: components["schemas"]["ResourcePattern"][];
      /** @description How often it may be used, one limit for each period. Above what its owner or its organization has they change nothing. */
      rateLimits?: components["schemas"]["RateLimit"][];
      quota?: components["schemas"]["Quota"] | null;
      metadata?: components["schemas"]["Metadata"];
      verifiedMetadata?: components["schemas"]["VerifiedMetadata"];
      /** @description Of a personal key: a unit at which, or above which, its owner has a role. By default the owner. */
      billedTo?: components["schemas"]["Reference"];
    };
    ApiKeyEdit: {
      name?: components["schemas"]["Name"];
      description?: components["schemas"]["Text"];
      metadata?: components["schemas"]["Metadata"];
      verifiedMetadata?: components["schemas"]["VerifiedMetadata"] | null;
      scopes?: components["schemas"]["Scopes"];
      cidrs?: components["schemas"]["Cidr"][];
      /** @description An empty list ends the limit. */
      resources?: components["schemas"]["ResourcePattern"][];
      /** @description In the place of those before. More is widening. */
      rateLimits?: components["schemas"]["RateLimit"][];
      /** @description Null takes it away. */
      quota?: components["schemas"]["Quota"] | null;
      /** @description Null bills the owner. */
      billedTo?: components["schemas"]["Reference"] | null;
      expiresIn?: components["schemas"]["Lifetime"];
      /** Format: date-time */
      expiresAt?: string | null;
      /** Format: date-time */
      notBefore?: string | null;
    };
    Revocation: {
      /** @description For people. */
      reason?: string;
    };
    KeyUsage: {
      keyId: string;
      /** Format: date-time */
      from: string;
      /**
       * Format: date-time
       * @description Exclusive.
       */
      to: string;
      /** @enum {string} */
      granularity: "hour" | "day";
      /** @description In the order of time. */
      items: (components["schemas"]["UsageTotals"] & {
        /**
         * Format: date-time
         * @description When the hour or the day begins, in UTC.
         */
        time: string;
      })[];
      total: components["schemas"]["UsageTotals"];
    };
    KeyCallers: {
      keyId: string;
      /** Format: date-time */
      from: string;
      /**
       * Format: date-time
       * @description Exclusive.
       */
      to: string;
      /** @description Those that came most often first. */
      items: components["schemas"]["KeyCaller"][];
      /** @description How often others came. */
      other: components["schemas"]["Count"];
    };
    KeyCaller: {
      /** @description Null, as the next two, where the questions did not say. */
      address: string | null;
      route: string | null;
      userAgent: string | null;
      count: components["schemas"]["Count"];
      /** Format: date-time */
      lastAt: string;
    };
    KeyImpact: {
      keyId: string;
      status: components["schemas"]["KeyStatus"];
      /** Format: date-time */
      lastUsedAt: string | null;
      /** @description Since midnight. */
      today: components["schemas"]["UsageTotals"];
      /** @description Today and the six days before. */
      week: components["schemas"]["UsageTotals"];
      /** @description Those that came most often in this week first. */
      callers: components["schemas"]["KeyCaller"][];
      /** @description How often others came. */
      other: components["schemas"]["Count"];
    };
    UsageTotals: {
      allowed: components["schemas"]["Count"];
      denied: components["schemas"]["DeniedCounts"];
      /**
       * Format: int64
       * @description The costs of what was allowed.
       */
      units: number;
    };
    /** Format: int64 */
    Count: number;
    /** @description How many were refused with each reason; those that did not occur are left out. What a newer release has counted, and this one does not know, goes by `outcome_` and a number. */
    DeniedCounts: {
      revoked?: components["schemas"]["Count"];
      disabled?: components["schemas"]["Count"];
      already_used?: components["schemas"]["Count"];
      expired?: components["schemas"]["Count"];
      not_yet_valid?: components["schemas"]["Count"];
      owner_inactive?: components["schemas"]["Count"];
      wrong_mode?: components["schemas"]["Count"];
      outside_boundary?: components["schemas"]["Count"];
      insufficient_scope?: components["schemas"]["Count"];
      outside_resources?: components["schemas"]["Count"];
      address_not_allowed?: components["schemas"]["Count"];
      rate_limited?: components["schemas"]["Count"];
      quota_exhausted?: components["schemas"]["Count"];
      not_found?: components["schemas"]["Count"];
    } & {
      [key: string]: components["schemas"]["Count"];
    };
    NoFields: Record<string, never>;
    Rotation: {
      /**
       * @description How long the old key works: `0` to `30d`.
       * @default 24h
       */
      grace?: string;
      /**
       * @description Whether the first use of the new key ends the old one.
       * @default false
       */
      endAtFirstUse?: boolean;
    };
    Question: {
      /** @description The key as its holder has sent it. */
      key: string;
      /** @description All of them must be held. */
      scopes?: components["schemas"]["Scope"][];
      /**
       * @description The environment where the key is presented.
       * @default live
       */
      mode?: components["schemas"]["KeyMode"];
      /** @description The team, department or organization for which the request is, a unit of the key's organization. The key must be valid there, and its scopes are those that it has there. An instance may require it. */
      unit?: components["schemas"]["Reference"];
      /** @description Which of your things the request is about. Without it a key that is limited to some is refused. */
      resource?: components["schemas"]["ResourceName"];
      /** @description Where the holder comes from, an IPv4 or IPv6 address. Without it a key that is bound to addresses is refused. */
      address?: string;
      /** @description Names one use of an ephemeral key: asked again within ten minutes, it gets the same answer. It is stored, so a key in it is refused. */
      useId?: string;
      /**
       * @description How many units the request takes: they are counted where it is allowed, and drawn from its limits. More than a limit ever has at once is refused by it.
       * @default 1
       */
      cost?: number;
      /** @description Where in your API the request is. It is kept with the address and the user agent of allowed uses. */
      route?: string;
      /** @description What the holder of the key says of itself. The first 200 characters are kept; what is not printable ASCII becomes a question mark. */
      userAgent?: string;
      /**
       * @description Only ask: nothing is counted, spent or ended.
       * @default false
       */
      probe?: boolean;
      /**
       * Format: int64
       * @description Answer from this position of the feed or a later one. A node that is behind waits up to 500 ms and then answers 503.
       */
      minEpoch?: number;
    };
    QuestionBatch: {
      items: components["schemas"]["Question"][];
    };
    /**
     * @description `allowed`, or the reason for which the key is refused. The order is that of the checks. A caller whose own key is of mode test gets `wrong_mode` for a live key that would be allowed.
     * @enum {string}
     */
    VerdictCode:
      | "allowed"
      | "malformed"
      | "not_found"
      | "revoked"
      | "disabled"
      | "already_used"
      | "expired"
      | "not_yet_valid"
      | "owner_inactive"
      | "wrong_mode"
      | "outside_boundary"
      | "insufficient_scope"
      | "outside_resources"
      | "address_not_allowed"
      | "rate_limited"
      | "quota_exhausted";
    /** @description The answer. A key that is known to the caller is described, a revoked or used one by `keyId` and `organization` alone; `malformed` and `not_found` say nothing of a key. */
    Verdict: {
      valid: boolean;
      code: components["schemas"]["VerdictCode"];
      keyId?: components["schemas"]["KeyId"];
      type?: components["schemas"]["KeyType"];
      mode?: components["schemas"]["KeyMode"];
      visibility?: components["schemas"]["Visibility"];
      owner?: components["schemas"]["VerdictHolder"];
      organization?: components["schemas"]["Place"];
      boundary?: components["schemas"]["VerdictHolder"];
      /** @description What the key may do now: its scopes, of a personal key as far as the roles of its owner hold them, at the `unit` or anywhere. */
      scopes?: components["schemas"]["Scope"][];
      /** Format: date-time */
      expiresAt?: string | null;
      /** @description The key's `verifiedMetadata`. */
      metadata?: components["schemas"]["VerifiedMetadata"] | null;
      /** @description From where it works, for who remembers the answer. Left out where it works from anywhere. */
      cidrs?: components["schemas"]["Cidr"][];
      /**
       * Format: int64
       * @description Of `rate_limited` and `quota_exhausted`: when the same question may be allowed; null when waiting does not help.
       */
      retryAfterMs?: number | null;
      rateLimit?: components["schemas"]["RateLimitState"];
      /** @description Of an allowed use: whether the same `useId` was answered before. */
      replayed?: boolean;
      /** @description Ids whose change can alter the answer; `instance` stands for the catalog of scopes and roles. */
      dependsOn: string[];
      /** @description Whether the answer may be remembered until one of these ids changes. The address is not a part of the question then; where `cidrs` are given they say of another one. */
      cacheable: boolean;
      /**
       * Format: int64
       * @description Of an answer that may be remembered: for how long at most, counted from before the question. Left out where time alone changes nothing.
       */
      cacheableForMs?: number;
      /** Format: int64 */
      epoch: number;
      tag: components["schemas"]["Tag"];
    };
    /** @description Of an answer about a key with limits. The limit that refuses it, or else the one of which the least is left. */
    RateLimitState: {
      /** @description Whose limit it is, and of which period. */
      policy: string;
      /** Format: int64 */
      limit: number;
      /** Format: int64 */
      remaining: number;
      /**
       * Format: int64
       * @description Until all of it is there again; null of a quota without refill.
       */
      resetAfterMs: number | null;
    };
    VerdictHolder: {
      /** @enum {string|null} */
      type: "user" | "team" | "department" | "organization" | "instance" | null;
      /** @description Null for the instance. */
      id: string | null;
      externalId: string | null;
    };
    /** @description In the place of a verdict: there is none, so treat the key as refused and ask again. `unavailable`: the node has not reached the `minEpoch`, or does not hold this key and cannot read it. `overloaded`, `database_unavailable`: a single-use token could not be spent, and is not; `overloaded` also where too many wait for keys that the node does not hold. `outcome_unknown`: it may have been spent; asked again with the same `useId` it is answered as if for the first time. `internal`: a fault of the server. */
    Unanswered: {
      /** @constant */
      valid: false;
      /** @enum {string} */
      code: "unavailable" | "overloaded" | "database_unavailable" | "outcome_unknown" | "internal";
      retryAfterMs: number;
    };
    VerdictBatch: {
      items: (components["schemas"]["Verdict"] | components["schemas"]["Unanswered"])[];
    };
    PositionEvent: {
      /** Format: int64 */
      epoch: number;
      tag: components["schemas"]["Tag"];
      after?: components["schemas"]["EventId"];
    };
    ChangesHead: {
      /** Format: int64 */
      epoch: number;
      tag: components["schemas"]["Tag"];
    };
    /** @description The id of the event before this one. */
    EventId: string;
    UsageReport: {
      /** @description A random name of one run of the counting. */
      source: string;
      items: components["schemas"]["UsageReportItem"][];
      /**
       * @description Whether nothing more comes of this source.
       * @default false
       */
      last?: boolean;
    };
    UsageReportItem: {
      keyId: components["schemas"]["KeyId"];
      /**
       * Format: date-time
       * @description The beginning of the hour, of the last 7 days.
       */
      hour: string;
      outcome: components["schemas"]["VerdictCode"];
      /**
       * Format: int64
       * @description How many so far.
       */
      count: number;
      /**
       * Format: int64
       * @description Their costs, added up: 1 to 1,000,000 for each that is counted.
       */
      units: number;
    };
    UsageReportTaken: {
      /** @description Whether the source is closed now. What comes of a closed source changes nothing. */
      closed: boolean;
    };
    ChangeEvent: {
      epoch: components["schemas"]["Epoch"];
      tag: components["schemas"]["Tag"];
      /** @description What has changed. */
      ids: string[];
      after?: components["schemas"]["EventId"];
    };
    /** @description An e-mail address; null takes it away. */
    NullableEmail: string | null;
    RateLimit: {
      /**
       * Format: int64
       * @description So much comes back in a period, evenly.
       */
      amount: number;
      /**
       * @description A month has 30 days.
       * @enum {string}
       */
      per: "second" | "minute" | "hour" | "day" | "month";
      /**
       * Format: int64
       * @description How much may be used at once after a pause; the amount unless set. It has to come back within a year: with 1 a month it is 12 at most.
       */
      burst?: number | null;
    };
    Quota: {
      /** Format: int64 */
      amount: number;
      /**
       * @description At the beginning of each day or month in UTC, or never.
       * @enum {string}
       */
      refill: "day" | "month" | "none";
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  listKeys: {
    parameters: {
      query?: {
        /** @description How many items a page has at most. */
        limit?: number;
        /** @description `nextCursor` of the page before, unchanged, with the same filters, sort and order. */
        cursor?: string;
        /** @description By what the list is sorted. `created` and `last_used` run from the newest, `name` and `expires` from the first. */
        sort?: "created" | "name" | "last_used" | "expires";
        /** @description Ascending or descending; the default is that of the sort. */
        order?: "asc" | "desc";
        /** @description Only what belongs to this organization. An operator who names a unit by `ext:` says here which organization is meant. */
        organization?: components["schemas"]["Reference"];
        /** @description Only keys of this type. */
        type?: components["schemas"]["KeyType"];
        /** @description Only keys of this owner: a user, a team, a department or an organization. */
        owner?: components["schemas"]["Reference"];
        /** @description Only keys that are valid at this unit: a team, a department or an organization. */
        unit?: components["schemas"]["Reference"];
        /** @description Only keys that this member has made, by themselves or with a personal key of theirs: a membership, or a user. Or those that one key has made. */
        madeBy?: components["schemas"]["Reference"];
        /** @description Only keys of these statuses, separated by commas; without it all but revoked and used ones. */
        status?: components["schemas"]["KeyStatus"][];
        /** @description Only keys that hold exactly this scope. */
        scope?: components["schemas"]["Scope"];
        /** @description Only keys that will expire within this time from now. */
        expiresWithin?: components["schemas"]["Span"];
        /** @description Only keys that are older than this and have not been used for so long, or never. */
        unusedFor?: components["schemas"]["Span"];
        /** @description The beginnings of words of the name or the description, or of a key's id or prefix. A whole key is refused, since URLs are logged. */
        q?: string;
        /** @description The key with exactly this SHA-256, whatever its status. So a key can be found without being sent. */
        digest?: string;
        /** @description Only keys that should be rotated, after the policy of their organization; an operator names one with `organization`. */
        rotationDue?: "true";
        /** @description Only keys of which an allowed use has named an address in this network; an operator names one organization with `organization`. For as long as callers are kept, and among those that are: at most 50 a key and day. */
        usedFrom?: string;
        /** @description With `usedFrom`, since when, as a time or as a duration before now. */
        since?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of keys. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApiKeyPage"];
        };
      };
    };
  };
  createKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["NewApiKey"];
      };
    };
    responses: {
      /** @description The key with its secret. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["IssuedApiKey"];
        };
      };
    };
  };
  getSelf: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The key. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApiKey"];
        };
      };
    };
  };
  verifyKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["Question"];
      };
    };
    responses: {
      /** @description The verdict. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["Verdict"];
        };
      };
    };
  };
  verifyKeys: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["QuestionBatch"];
      };
    };
    responses: {
      /** @description The verdicts, in the order of the questions. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["VerdictBatch"];
        };
      };
    };
  };
  getKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The key. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ApiKey"];
        };
      };
    };
  };
  updateKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["ApiKeyEdit"];
      };
    };
    responses: {
      /** @description The key after the change. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ChangedApiKey"];
        };
      };
    };
  };
  getKeyUsage: {
    parameters: {
      query?: {
        /** @description The hour or day in which this time lies is the first. Without it the last day in hours, or the last 30 days. */
        from?: string;
        /** @description Until here, rounded up to whole hours or days; now where it is left out. At most 31 days after `from` in hours, 400 in days. */
        to?: string;
        /** @description The pieces in which usage is shown. */
        granularity?: "hour" | "day";
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What was counted. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["KeyUsage"];
        };
      };
    };
  };
  getKeyImpact: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description What its revocation would end. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["KeyImpact"];
        };
      };
    };
  };
  listKeyCallers: {
    parameters: {
      query?: {
        /** @description The hour or day in which this time lies is the first. Without it the last day in hours, or the last 30 days. */
        from?: string;
        /** @description Until here, rounded up to whole hours or days; now where it is left out. At most 31 days after `from` in hours, 400 in days. */
        to?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Those who used it. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["KeyCallers"];
        };
      };
    };
  };
  revokeKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description May be left out. */
    requestBody?: {
      content: {
        "application/json": components["schemas"]["Revocation"];
      };
    };
    responses: {
      /** @description The key, revoked. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ChangedApiKey"];
        };
      };
    };
  };
  rotateKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description May be left out. */
    requestBody?: {
      content: {
        "application/json": components["schemas"]["Rotation"];
      };
    };
    responses: {
      /** @description The new key with its secret. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["IssuedApiKey"];
        };
      };
    };
  };
  disableKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description May be left out. */
    requestBody?: {
      content: {
        "application/json": components["schemas"]["NoFields"];
      };
    };
    responses: {
      /** @description The key, disabled. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ChangedApiKey"];
        };
      };
    };
  };
  enableKey: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** @description May be left out. */
    requestBody?: {
      content: {
        "application/json": components["schemas"]["NoFields"];
      };
    };
    responses: {
      /** @description The key, enabled. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ChangedApiKey"];
        };
      };
    };
  };
  getChangesHead: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The position. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ChangesHead"];
        };
      };
    };
  };
  reportUsage: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": components["schemas"]["UsageReport"];
      };
    };
    responses: {
      /** @description It was taken, unless the source was closed before. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["UsageReportTaken"];
        };
      };
    };
  };
}
