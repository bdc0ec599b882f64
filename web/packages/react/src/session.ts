/** What a screen needs to know of the session that it was given: `GET /v1/session`. */
import { ShearlineError } from "@shearline/sdk";

export type OwnerType = "user" | "team" | "department" | "organization";

/** What plan and policy say of new keys. */
export interface KeyTerms {
  readonly defaultTtl: string;
  /** Null: as long as one likes. */
  readonly maxTtl: string | null;
  readonly expiryRequired: boolean;
  readonly cidrsRequired: boolean;
}

/** Somebody whose keys the session may see. */
export interface SessionOwner {
  readonly type: OwnerType;
  readonly id: string;
  readonly externalId: string | null;
  readonly name: string;
  readonly capabilities: readonly string[];
  /** What new keys may hold at most: `sessions:read`, `sessions:*`, `*`. */
  readonly grantable: readonly string[];
  readonly liveKeys: number;
  readonly plan: string;
  /** Null where the plan has no such keys. */
  readonly limits: KeyTerms | null;
}

export interface ScopeDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Whether a key in a web page may hold it. */
  readonly publishable: boolean;
}

export interface Session {
  readonly kind: "embed" | "key" | "member" | "operator";
  readonly expiresAt: string | null;
  readonly organization: {
    readonly id: string;
    readonly name: string;
    readonly externalId: string | null;
  } | null;
  readonly capabilities: readonly string[];
  readonly owners: readonly SessionOwner[];
  /** What keys made here have, whatever is chosen. */
  readonly forced: { readonly scopes: readonly string[] | null; readonly maxTtl: string | null } | null;
  readonly scopes: readonly ScopeDefinition[];
}

export const CAN_WRITE = "keys:write";

/** The owner with this id, `ext:` and an id of the host's, or the first there is. */
export function ownerIn(session: Session, reference: string | undefined): SessionOwner | undefined {
  return reference === undefined
    ? session.owners[0]
    : session.owners.find(
        ({ id, externalId }) => id === reference || `ext:${externalId ?? ""}` === reference,
      );
}

export async function readSession(base: URL, token: string, send: typeof fetch): Promise<Session> {
  const response = await send(new URL("v1/session", base), {
    headers: { Accept: "application/json", Authorization: `Bearer ${token}` },
    redirect: "manual",
  }).catch((cause: unknown) => {
    throw new ShearlineError({ code: "unreachable", detail: "Shearline could not be reached.", cause });
  });
  const answer = inTypeScript(await response.json().catch(() => null)) as
    | (Partial<Session> & {
        code?: ShearlineError["code"];
        detail?: string;
        requestId?: string;
      })
    | null;
  if (response.ok && answer?.owners !== undefined) {
    return answer as Session;
  }
  throw new ShearlineError({
    code: answer?.code ?? "unexpected_answer",
    detail: answer?.detail ?? "The answer is none of Shearline's: check the URL of the component.",
    status: response.status,
    ...(answer?.requestId === undefined ? {} : { requestId: answer.requestId }),
  });
}

/** `live_keys` is `liveKeys`; what the host calls its metadata keeps its names. */
function inTypeScript(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inTypeScript);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, held]: [string, unknown]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      name === "metadata" ? held : inTypeScript(held),
    ]),
  );
}
