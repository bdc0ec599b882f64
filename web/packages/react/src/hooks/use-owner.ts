import type { IdempotentOptions, IssuedApiKey, NewApiKey } from "@shearline/sdk";
import { ownerIn, type SessionOwner } from "../session.ts";
import { useEnvironment } from "./provider.tsx";
import { type ApiKeys, type ApiKeysQuery, createKey, useApiKeys, useSession } from "./use-api-keys.ts";

/** Somebody who has keys, with the names that the SDK has on a server too. */
export interface KeyOwner {
  /** Undefined until the session is read, and where it is not for them. */
  readonly owner: SessionOwner | undefined;
  createApiKey(this: void, key: NewApiKey, options?: IdempotentOptions): Promise<IssuedApiKey>;
  /** A hook itself: to be called as such. */
  useApiKeys(this: void, query?: Omit<ApiKeysQuery, "owner">): ApiKeys;
}

/** The person that the session is for. */
export function useUser(): KeyOwner {
  const { value } = useSession();
  return useOwner(value?.owners.find(({ type }) => type === "user")?.id);
}

/** One of the teams of the session, by its id, or by `ext:` and yours. */
export function useTeam(team: string): KeyOwner {
  return useOwner(team);
}

/** All whose keys the session shows: first the one it is for, then the teams. */
export function useOwners(): readonly SessionOwner[] {
  return useSession().value?.owners ?? [];
}

function useOwner(reference: string | undefined): KeyOwner {
  const { connection } = useEnvironment();
  const { value } = useSession();
  return {
    owner: value && ownerIn(value, reference),
    createApiKey: (key, options) => createKey(connection, reference, key, options),
    useApiKeys: (query) => useApiKeys({ ...query, owner: reference }),
  };
}
