import type { components, paths } from "./generated/api.ts";

/** What the API speaks of, by the names of spec/openapi.yaml. */
export type Schemas = components["schemas"];

export type KeyType = Schemas["KeyType"];
export type KeyMode = Schemas["KeyMode"];
export type KeyStatus = Schemas["KeyStatus"];
export type Visibility = Schemas["Visibility"];
export type Propagation = Schemas["Propagation"];
export type KeyUsage = Schemas["KeyUsage"];
export type KeyCallers = Schemas["KeyCallers"];
export type KeyImpact = Schemas["KeyImpact"];
export type Rotation = Optional<Schemas["Rotation"]>;
export type Revocation = Optional<Schemas["Revocation"]>;

/** An id of Shearline's, as `team_8hW2vNq5RzL0aYtC`, or `ext:` and an id of yours. */
export type Reference = Schemas["Reference"];

export type QueryOf<P extends keyof paths> = paths[P]["get"] extends { parameters: { query?: infer Q } }
  ? NonNullable<Q>
  : never;

/** Whatever may be left out may be undefined too. */
export type Optional<T> = {
  [K in keyof T]: Partial<Pick<T, K>> extends Pick<T, K> ? T[K] | undefined : T[K];
};
