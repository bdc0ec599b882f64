import { type ErrorCode, ShearlineError } from "./error.ts";
import type { Optional, Schemas } from "./types.ts";

type Described =
  | "keyId"
  | "type"
  | "mode"
  | "visibility"
  | "owner"
  | "organization"
  | "boundary"
  | "scopes"
  | "expiresAt"
  | "metadata";
type Answered = Omit<Schemas["Verdict"], "valid" | "code">;

/** What is asked beside the key. */
export type Question = Optional<Omit<Schemas["Question"], "key" | "minEpoch">>;

/** The key may do what was asked. */
export type Allowed = Readonly<Omit<Answered, Described> & Required<Pick<Answered, Described>>> & {
  readonly valid: true;
  readonly code: "allowed";
};

/** It may not, and `code` says why. Of a key that is known to you, more is said. */
export type Refused = Readonly<Answered> & {
  readonly valid: false;
  readonly code: Exclude<Schemas["VerdictCode"], "allowed">;
};

/** Nobody can say now, so treat it as refused, and answer your caller with 503. */
export interface Unanswered {
  readonly valid: false;
  /** `stale`: of a local verifier that is not to ask. */
  readonly code: Schemas["Unanswered"]["code"] | "unreachable" | "timed_out" | "unexpected_answer" | "stale";
  readonly retryAfterMs: number;
}

/** The answer to "may this key do this?". It is never allowed when there is a doubt. */
export type Verdict = Allowed | Refused | Unanswered;

const RETRY_AFTER_MS = 1_000;
const STATUS: Readonly<Record<Verdict["code"], number>> = {
  allowed: 200,
  malformed: 401,
  not_found: 401,
  revoked: 401,
  disabled: 401,
  already_used: 401,
  expired: 401,
  not_yet_valid: 401,
  owner_inactive: 401,
  wrong_mode: 401,
  outside_boundary: 403,
  insufficient_scope: 403,
  outside_resources: 403,
  address_not_allowed: 403,
  rate_limited: 429,
  quota_exhausted: 429,
  unavailable: 503,
  overloaded: 503,
  database_unavailable: 503,
  outcome_unknown: 503,
  internal: 503,
  unreachable: 503,
  timed_out: 503,
  unexpected_answer: 503,
  stale: 503,
};

/** With what status your API answers a request that came with such a key: 200, 401, 403, 429 or 503. */
export function httpStatusOf(verdict: Verdict): number {
  // a code of a newer server refuses as well
  return (STATUS as Record<string, number | undefined>)[verdict.code] ?? 401;
}

/** What stands in the place of a verdict while none can be had; whatever is wrong with the call itself is thrown. */
export function unansweredOr(thrown: unknown): Unanswered {
  if (thrown instanceof ShearlineError && (thrown.passes || thrown.code === "internal")) {
    return {
      valid: false,
      code: thrown.code as Extract<ErrorCode, Unanswered["code"]>,
      retryAfterMs: thrown.retryAfterMs ?? RETRY_AFTER_MS,
    };
  }
  throw thrown;
}
