import { type CallOptions, drawIdempotencyKey, type IdempotentOptions, type Transport } from "./transport.ts";
import type {
  KeyCallers,
  KeyImpact,
  KeyUsage,
  Optional,
  QueryOf,
  Revocation,
  Rotation,
  Schemas,
} from "./types.ts";

/** A key as the API shows it: everything about it but its secret, of which the last four characters are known. */
export type ApiKeyFields = Readonly<Schemas["ApiKey"]>;

/** What became of a change: its place in the feed, and how many nodes have it. */
export type Change = Readonly<Schemas["Change"]>;

/** What is left out stays as it is. Null takes away. */
export type ApiKeyEdit = Optional<Omit<Schemas["ApiKeyEdit"], "expiresAt" | "notBefore">> & {
  /** Null where the plan allows keys without an expiry. Not together with `expiresIn`. */
  expiresAt?: Date | string | null | undefined;
  notBefore?: Date | string | null | undefined;
};

type SpanOfTime = Omit<QueryOf<"/v1/keys/{id}/usage">, "from" | "to"> & {
  from?: Date | string | undefined;
  to?: Date | string | undefined;
};
export type UsageQuery = Optional<SpanOfTime>;
export type CallersQuery = Omit<UsageQuery, "granularity">;

type ChangePath = "/v1/keys/{id}/revoke" | "/v1/keys/{id}/disable" | "/v1/keys/{id}/enable";

/** A key by its id, without having asked what it is. */
export class ApiKeyRef {
  readonly id: string;
  readonly #transport: Transport;

  constructor(transport: Transport, id: string) {
    this.#transport = transport;
    this.id = id;
  }

  /** What the key is now. */
  async get(options?: CallOptions): Promise<ApiKey> {
    const fields = await this.#transport.call("get", "/v1/keys/{id}", { ...options, id: this.id });
    return new ApiKey(this.#transport, fields);
  }

  async update(edit: ApiKeyEdit, options?: CallOptions): Promise<ChangedApiKey> {
    const call = { ...options, id: this.id, body: edit };
    return new ChangedApiKey(this.#transport, await this.#transport.call("patch", "/v1/keys/{id}", call));
  }

  /** Makes a new key with everything copied. The old one works on for the time of `grace`, by default 24 hours. */
  async rotate(rotation: Rotation = {}, options?: IdempotentOptions): Promise<IssuedApiKey> {
    const issued = await this.#transport.call("post", "/v1/keys/{id}/rotate", {
      idempotencyKey: drawIdempotencyKey(),
      ...defined(options),
      id: this.id,
      body: rotation,
    });
    return new IssuedApiKey(this.#transport, issued);
  }

  /** For ever. When `propagation.complete` is true, no node lets it through any more. Revoking twice changes nothing. */
  revoke(revocation: Revocation = {}, options?: CallOptions): Promise<ChangedApiKey> {
    return this.#change("/v1/keys/{id}/revoke", { ...options, body: revocation });
  }

  /** Refuses the key until it is enabled again. */
  disable(options?: CallOptions): Promise<ChangedApiKey> {
    return this.#change("/v1/keys/{id}/disable", { ...options });
  }

  enable(options?: CallOptions): Promise<ChangedApiKey> {
    return this.#change("/v1/keys/{id}/enable", { ...options });
  }

  /** How often it was verified, by hour or day, and with what result. At most 5 s late. */
  usage(query: UsageQuery = {}, options?: CallOptions): Promise<KeyUsage> {
    return this.#transport.call("get", "/v1/keys/{id}/usage", {
      ...options,
      id: this.id,
      query,
    });
  }

  /** From which addresses and for which routes it was used. */
  callers(query: CallersQuery = {}, options?: CallOptions): Promise<KeyCallers> {
    return this.#transport.call("get", "/v1/keys/{id}/callers", {
      ...options,
      id: this.id,
      query,
    });
  }

  /** Who would notice if it were revoked now. */
  impact(options?: CallOptions): Promise<KeyImpact> {
    return this.#transport.call("get", "/v1/keys/{id}/impact", { ...options, id: this.id });
  }

  async #change(path: ChangePath, call: CallOptions & { body?: Revocation }): Promise<ChangedApiKey> {
    const fields = await this.#transport.call("post", path, { ...call, id: this.id });
    return new ChangedApiKey(this.#transport, fields);
  }
}

/** The fields of an answer become those of the object. */
const Described = class extends ApiKeyRef {
  constructor(transport: Transport, fields: ApiKeyFields) {
    super(transport, fields.id);
    Object.assign(this, fields);
  }
} as new (transport: Transport, fields: ApiKeyFields) => ApiKeyRef & ApiKeyFields;

/** A key, as it was when the API was asked. Times are as the API writes them, in UTC: `2030-01-31T12:00:00.000Z`. */
export class ApiKey extends Described {
  /** Whether it may stand in a web page. */
  get isPublic(): boolean {
    return this.visibility === "publishable";
  }
}

const Changed = ApiKey as unknown as new (
  transport: Transport,
  fields: ApiKeyFields & Change,
) => ApiKey & Change;

/** A key after a change, with the place of the change and how many nodes have it. */
export class ChangedApiKey extends Changed {}

/** A key that has just been made: the only object that knows its secret. */
export class IssuedApiKey extends ChangedApiKey {
  readonly #value: string;

  constructor(transport: Transport, { secret, ...fields }: Schemas["IssuedApiKey"]) {
    super(transport, fields);
    this.#value = secret;
  }

  /**
   * The whole key. Hand it to its holder now: nobody can ask for it again. It is read by this name alone: it is in no copy
   * of the object, in none of its JSON and in no log of it.
   */
  get value(): string {
    return this.#value;
  }
}

/** Without what is undefined, so that it takes nothing away. */
export function defined<T extends object>(options: T | undefined): Partial<T> {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Partial<T>;
}
