export { AccountApiKeys, ApiKeys, type ApiKeysProps, type ScreenProps } from "./components/screens.tsx";
export { ShearlineProvider, type ShearlineSettings } from "./hooks/provider.tsx";
export {
  type ApiKeys as ApiKeysOfOwner,
  type ApiKeysQuery,
  type KeyFilters,
  useApiKeys,
} from "./hooks/use-api-keys.ts";
export { type KeyOwner, useOwners, useTeam, useUser } from "./hooks/use-owner.ts";
export { english, type Messages } from "./messages/en.ts";
export { code, counting, type Part, rich, type Rich, strong } from "./messages/rich.ts";
export type { KeyTerms, OwnerType, ScopeDefinition, Session, SessionOwner } from "./session.ts";
export { type GetToken, NoTokenError } from "./token.ts";
