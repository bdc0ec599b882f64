export {
  ApiKey,
  type ApiKeyEdit,
  type ApiKeyFields,
  ApiKeyRef,
  type CallersQuery,
  type Change,
  type ChangedApiKey,
  IssuedApiKey,
  type UsageQuery,
} from "./api-key.ts";
export { type ErrorCode, ShearlineError } from "./error.ts";
export {
  checksum,
  DEFAULT_BRANDS,
  digestOfKey,
  type KeyKind,
  maskKey,
  type ParsedKey,
  parseKey,
} from "./key-format.ts";
export type {
  Department,
  DepartmentReference,
  KeyFilter,
  KeyQuery,
  NewApiKey,
  NewOrganizationKey,
  Organization,
  OrganizationReference,
  OwnedKeyFilter,
  Team,
  TeamReference,
  User,
  UserReference,
} from "./owners.ts";
export type { Page, Pages } from "./pages.ts";
export { Shearline } from "./shearline.ts";
export type { CallOptions, IdempotentOptions, ShearlineOptions } from "./transport.ts";
export type {
  KeyCallers,
  KeyImpact,
  KeyMode,
  KeyStatus,
  KeyType,
  KeyUsage,
  Propagation,
  Reference,
  Revocation,
  Rotation,
  Schemas,
  Visibility,
} from "./types.ts";
export {
  LocalVerifier,
  type LocalVerifierOptions,
  type LocalVerifierState,
} from "./verifier/local-verifier.ts";
export {
  type Allowed,
  httpStatusOf,
  type Question,
  type Refused,
  type Unanswered,
  type Verdict,
} from "./verdict.ts";
