import {
  type ApiKey,
  type ApiKeyEdit,
  type ChangedApiKey,
  type IdempotentOptions,
  type IssuedApiKey,
  type KeyImpact,
  type KeyStatus,
  type NewApiKey,
  type Revocation,
  type Rotation,
} from "@shearline/sdk";
import { useCallback, useMemo, useState } from "react";
import type { Connection } from "../connection.ts";
import { lookupOf } from "../logic/lookup.ts";
import { CAN_WRITE, ownerIn, type Session, type SessionOwner } from "../session.ts";
import { useEnvironment } from "./provider.tsx";
import { useLoaded } from "./use-loaded.ts";

export interface KeyFilters {
  /** Beginnings of words of the name, an id, or a whole key, which is never sent: its digest is. */
  search?: string | undefined;
  status?: KeyStatus | undefined;
  scope?: string | undefined;
  /** `30d`. */
  expiresWithin?: string | undefined;
  unusedFor?: string | undefined;
}

export interface ApiKeysQuery {
  /** An id, or `ext:` and an id of yours. By default the owner that the session is for. */
  owner?: string | undefined;
  filters?: KeyFilters | undefined;
  /** At most 100. */
  pageSize?: number | undefined;
}

/** The keys of one owner, page by page, and what can be done with them. Each change is seen wherever they are shown. */
export interface ApiKeys {
  readonly session: Session | undefined;
  readonly owner: SessionOwner | undefined;
  /** Of this page; undefined until they are there. */
  readonly keys: readonly ApiKey[] | undefined;
  readonly isLoading: boolean;
  /** Why they are not there: a `ShearlineError` mostly. */
  readonly failure: unknown;
  readonly mayChange: boolean;
  /** From 1. */
  readonly page: number;
  readonly hasNext: boolean;
  next(this: void): void;
  previous(this: void): void;
  reload(this: void): void;
  create(this: void, key: NewApiKey, options?: IdempotentOptions): Promise<IssuedApiKey>;
  rotate(this: void, id: string, rotation?: Rotation, options?: IdempotentOptions): Promise<IssuedApiKey>;
  revoke(this: void, id: string, revocation?: Revocation): Promise<ChangedApiKey>;
  disable(this: void, id: string): Promise<ChangedApiKey>;
  enable(this: void, id: string): Promise<ChangedApiKey>;
  update(this: void, id: string, edit: ApiKeyEdit): Promise<ChangedApiKey>;
  impact(this: void, id: string): Promise<KeyImpact>;
}

const PAGE_SIZE = 25;

export function useApiKeys({
  owner: reference,
  filters = {},
  pageSize = PAGE_SIZE,
}: ApiKeysQuery = {}): ApiKeys {
  const { connection } = useEnvironment();
  const session = useSession();
  const owner = session.value && ownerIn(session.value, reference);
  const subject = JSON.stringify([owner?.id, filters, pageSize]);
  const [cursors, setCursors] = useCursors(subject);
  const cursor = cursors.at(-1);
  const list = useLoaded(
    connection,
    async () =>
      session.value && owner && listing(connection, session.value, owner, filters, pageSize).page(cursor),
    subject,
    cursor,
  );
  const nextCursor = list.value?.nextCursor ?? null;
  const failure = session.failure ?? list.failure;
  return {
    session: session.value,
    owner,
    keys: list.value?.items,
    isLoading: session.isLoading || list.isLoading,
    failure,
    mayChange: owner?.capabilities.includes(CAN_WRITE) ?? false,
    page: cursors.length + 1,
    hasNext: nextCursor !== null,
    next: () => {
      if (nextCursor !== null) {
        setCursors([...cursors, nextCursor]);
      }
    },
    previous: () => {
      setCursors(cursors.slice(0, -1));
    },
    reload: useCallback(() => {
      connection.announce();
    }, [connection]),
    ...useActions(connection, reference),
  };
}

export function useSession(): ReturnType<typeof useLoaded<Session>> {
  const { connection } = useEnvironment();
  return useLoaded(connection, () => connection.session(), "session");
}

/** Creates keys of an owner of the session, whether it has been read yet or not. */
export async function createKey(
  connection: Connection,
  reference: string | undefined,
  key: NewApiKey,
  options?: IdempotentOptions,
): Promise<IssuedApiKey> {
  const session = await connection.session();
  const owner = ownerIn(session, reference);
  if (owner === undefined) {
    throw new TypeError(
      `The session is not for ${reference ?? "anybody"}: name an owner that it was made for.`,
    );
  }
  const issued = await holder(connection, session, owner).createApiKey(key, options);
  connection.announce();
  return issued;
}

function useActions(
  connection: Connection,
  reference: string | undefined,
): Pick<ApiKeys, "create" | "rotate" | "revoke" | "disable" | "enable" | "update" | "impact"> {
  return useMemo(() => {
    const keyOf = (id: string): ReturnType<typeof connection.shearline.apiKey> =>
      connection.shearline.apiKey(id);
    const announced = async <T>(change: Promise<T>): Promise<T> => {
      const result = await change;
      connection.announce();
      return result;
    };
    return {
      create: (key, options) => createKey(connection, reference, key, options),
      rotate: (id, rotation, options) => announced(keyOf(id).rotate(rotation, options)),
      revoke: (id, revocation) => announced(keyOf(id).revoke(revocation)),
      disable: (id) => announced(keyOf(id).disable()),
      enable: (id) => announced(keyOf(id).enable()),
      update: (id, edit) => announced(keyOf(id).update(edit)),
      impact: (id) => keyOf(id).impact(),
    };
  }, [connection, reference]);
}

type Holder = Pick<ReturnType<Connection["shearline"]["team"]>, "createApiKey" | "listApiKeys">;

function holder({ shearline }: Connection, session: Session, { type, id }: SessionOwner): Holder {
  const within = session.organization === null ? shearline : shearline.organization(session.organization.id);
  switch (type) {
    case "user":
      return within.user(id);
    case "team":
      return within.team(id);
    case "department":
      return within.department(id);
    case "organization":
      return shearline.organization(id);
  }
}

/** Pages of the keys that the filters let through. */
function listing(
  connection: Connection,
  session: Session,
  owner: SessionOwner,
  { search = "", status, ...filters }: KeyFilters,
  limit: number,
): { page(cursor?: string): Promise<{ items: readonly ApiKey[]; nextCursor: string | null }> } {
  const list = holder(connection, session, owner);
  return {
    async page(cursor) {
      const found = await lookupOf(search.trim());
      const statuses = status === undefined ? undefined : [status];
      return list.listApiKeys({ ...filters, ...found, limit, status: statuses }).page(cursor);
    },
  };
}

/** The cursors of the pages before, which another subject does not have. */
function useCursors(subject: string): [readonly string[], (cursors: readonly string[]) => void] {
  const [held, setHeld] = useState<{ subject: string; cursors: readonly string[] }>({ subject, cursors: [] });
  const cursors = held.subject === subject ? held.cursors : [];
  return [
    cursors,
    (next) => {
      setHeld({ subject, cursors: next });
    },
  ];
}
